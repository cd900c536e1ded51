/* SPDX-License-Identifier: Apache-2.0
 *
 * aiotrace record: runs a command with the library preloaded. Forwards signals
 * and ends as the command ended, so that it can stand in front of any command
 * of a script.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/problem.h"
#include "command.h"
#include "foreign.h"
#include "read/locate.h"

#define RECORD_LIBRARY     "libaiotrace.so"
#define RECORD_NOT_FOUND   127 /* as a shell says it */
#define RECORD_NOT_ALLOWED 126

static volatile sig_atomic_t record_child;

static void record_forward(int signal)
{
	int keep = errno;

	if (record_child > 0)
		kill((pid_t)record_child, signal);
	errno = keep;
}

/* The keyboard's signals reach the command from the terminal itself; forwarded,
 * they would come twice. */
static void record_signals(struct sigaction *interrupt, struct sigaction *quit)
{
	static const int forwarded[] = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
	struct sigaction forward = {.sa_handler = record_forward, .sa_flags = SA_RESTART};

	sigaction(SIGINT, &ignore, interrupt);
	sigaction(SIGQUIT, &ignore, quit);
	for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
		if (!sigaction(forwarded[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(forwarded[i], &forward, NULL);
}

static bool record_readable(char *path, size_t room, const char *folder, const char *below)
{
	int n = snprintf(path, room, "%s%s%s", folder, below, RECORD_LIBRARY);

	return n > 0 && (size_t)n < room && !access(path, R_OK);
}

/* Beside this program, then where make install puts it. */
static int record_library(char *path, size_t room, struct problem *why)
{
	static const char *const places[] = {"/", "/../lib/", "/../lib/aiotrace/"};
	const char *given = getenv("AIOTRACE_LIB");
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (given && *given) {
		if (!realpath(given, path))
			return problem_set(why, "AIOTRACE_LIB=%s: %s; name the library's file",
			                   given, strerror(errno));
		return 0;
	}
	self[n > 0 ? n : 0] = 0;
	if (strrchr(self, '/'))
		*strrchr(self, '/') = 0;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (record_readable(path, room, self, places[i]))
			return 0;
	return problem_set(why,
	                   "%s is neither in %s nor in %s/../lib; set AIOTRACE_LIB to its path",
	                   RECORD_LIBRARY, self, self);
}

/* The loader splits LD_PRELOAD at blanks and colons and knows no quoting. */
static int record_preload(struct problem *why)
{
	char library[PATH_MAX + 32], *value;
	const char *old = getenv("LD_PRELOAD");

	if (record_library(library, sizeof library, why))
		return -1;
	if (strpbrk(library, " \t\n:"))
		return problem_set(why,
		                   "%s: a path with blanks or colons cannot be preloaded; copy the "
		                   "library elsewhere and set AIOTRACE_LIB to it",
		                   library);
	if (asprintf(&value, "%s%s%s", library, old && *old ? ":" : "", old ? old : "") < 0)
		return problem_set(why, "out of memory");
	setenv("LD_PRELOAD", value, 1);
	free(value);
	return 0;
}

/* Makes a folder and those above it. Returns 0, or -1 with errno. */
static int record_make(char *path)
{
	char *slash = strrchr(path, '/');
	int made = mkdir(path, 0777);

	if (made && errno == ENOENT && slash && slash != path) {
		*slash = 0;
		made = record_make(path);
		*slash = '/';
		if (!made)
			made = mkdir(path, 0777);
	}
	return made && errno != EEXIST ? -1 : 0;
}

/* Absolute, as the command may change its working directory. Where none can be made in
 * it, the library would say nothing. */
static int record_folder(const char *folder)
{
	char path[PATH_MAX];
	struct stat about;

	if ((size_t)snprintf(path, sizeof path, "%s", folder) >= sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (record_make(path) || !realpath(folder, path))
		return -1;
	if (stat(path, &about) || !S_ISDIR(about.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	if (access(path, W_OK | X_OK))
		return -1;
	return setenv("AIOTRACE_DIR", path, 1);
}

/* Ends as the command did; a signal's core is the command's to leave, not ours. */
static int record_end(int status)
{
	struct rlimit none = {0};
	struct sigaction normal = {.sa_handler = SIG_DFL};

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	setrlimit(RLIMIT_CORE, &none);
	sigaction(WTERMSIG(status), &normal, NULL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

/* The file of a command: its own name, or in the first folder of PATH that has it,
 * if only to be refused. Returns false if none has. */
static bool record_find(const char *command, char name[PATH_MAX])
{
	const char *path = getenv("PATH");
	char *folders = strdup(path ? path : ""), *rest = folders, *folder;
	bool found = strchr(command, '/') != NULL;

	if (found)
		snprintf(name, PATH_MAX, "%s", command);
	while (!found && rest && (folder = strsep(&rest, ":")))
		found = snprintf(name, PATH_MAX, "%s/%s", *folder ? folder : ".", command) <
		                PATH_MAX &&
		        !access(name, F_OK);
	free(folders);
	return found;
}

/* A folder of PATH that may not be searched makes execvp say "permission denied". */
static int record_exec_failure(const char *command)
{
	int error = errno;
	char name[PATH_MAX];

	if (error == EACCES && !record_find(command, name))
		error = ENOENT;
	fprintf(stderr, "aiotrace: %s: %s\n", command,
	        error == ENOENT ? "command not found" : strerror(error));
	return error == ENOENT || error == ENOTDIR ? RECORD_NOT_FOUND : RECORD_NOT_ALLOWED;
}

static int record_command(char **argv)
{
	struct sigaction interrupt, quit;
	sigset_t all, before;
	int status;
	pid_t child;

	record_signals(&interrupt, &quit);
	/* A signal between fork and the note of the child's pid would be lost. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	child = fork();
	record_child = child;
	if (child)
		sigprocmask(SIG_SETMASK, &before, NULL);
	if (child < 0) {
		fprintf(stderr, "aiotrace: cannot start a process: %s\n", strerror(errno));
		return COMMAND_FAILURE;
	}
	if (!child) {
		sigaction(SIGINT, &interrupt, NULL);
		sigaction(SIGQUIT, &quit, NULL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		execvp(argv[0], argv);
		_exit(record_exec_failure(argv[0]));
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return COMMAND_FAILURE;
	record_child = 0;
	return record_end(status);
}

static const struct option record_options[] = {
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

/* Where runs are kept without -o; NULL where nothing is to be. */
static const char *record_folder_unasked(void)
{
	const char *off = getenv("AIOTRACE_OFF"), *folder = getenv("AIOTRACE_DIR");

	if (off && !strcmp(off, "1"))
		return NULL;
	return folder && *folder ? folder : LOCATE_DEFAULT;
}

static int record_run(const struct command *self, int argc, char **argv)
{
	const char *folder = NULL;
	struct problem why = {0};
	char file[PATH_MAX];
	bool found;
	int option;

	/* '+': options behind the command are the command's. */
	while ((option = getopt_long(argc, argv, "+ho:", record_options, NULL)) != -1) {
		if (option == 'h')
			return command_help(self);
		if (option == '?')
			return command_misuse(self, NULL, NULL);
		folder = optarg;
	}
	if (optind == argc)
		return command_misuse(self, "what command shall run?", NULL);
	found = record_find(argv[optind], file);
	folder = folder || !found ? folder : record_folder_unasked();
	if (folder && record_folder(folder)) {
		/* A job that waited in a queue is worth more than its trace. */
		fprintf(stderr,
		        "aiotrace: %s: %s; running untraced, choose another folder with -o\n",
		        folder, strerror(errno));
		return record_command(argv + optind);
	}
	if (found && foreign_is(file)) {
		fprintf(stderr,
		        "aiotrace: %s: a program of another libc (musl) can't have the library; "
		        "running untraced\n",
		        file);
		return record_command(argv + optind);
	}
	if (record_preload(&why)) {
		fprintf(stderr, "aiotrace: %s\n", why.text);
		return COMMAND_FAILURE;
	}
	unsetenv("AIOTRACE_RUN"); /* a run of its own, also inside another one */
	return record_command(argv + optind);
}

const struct command command_record = {
        "record",
        "run a command and record its I/O",
        "Usage: aiotrace record [-o DIR] [--] COMMAND [ARGUMENT...]\n"
        "\n"
        "Runs the command with the tracing library preloaded. Each run gets a folder of\n"
        "its own below DIR (./" LOCATE_DEFAULT " by default).\n"
        "\n"
        "  -o, --output DIR   where runs are kept; made if it is not there. If it can't\n"
        "                     be made, the command runs untraced\n"
        "\n"
        "AIOTRACE_LIB names the library where it is not beside this program or in the\n"
        "installed place.\n"
        "\n"
        "Exit status: the command's; ended by a signal, the same signal; 127 if it does\n"
        "not exist, 126 if it cannot be run, 1 if it was not started, 2 for bad usage.\n",
        record_run,
};
