/* SPDX-License-Identifier: Apache-2.0
 *
 * Kernels may share the processor between sessions first, and then within each:
 * a thread's priority counts for nothing against other sessions, and a session's
 * stays when the program that raised it is killed.
 */
#include "replay/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SESSION_GROUP "/proc/self/autogroup"
#define SESSION_NICE  "-20"

static const int session_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define SESSION_SIGNALS (sizeof session_signals / sizeof *session_signals)

static volatile pid_t session_child;

static void session_pass(int signal)
{
	int error = errno;

	if (signal == SIGTSTP) {
		kill(session_child, SIGSTOP);
		raise(SIGSTOP);
		signal = SIGCONT;
	}
	kill(session_child, signal);
	errno = error;
}

/* A replay ends in order also where shells have its like ignore interrupts. */
static void session_listen(void)
{
	struct sigaction pass = {.sa_handler = session_pass}, now;

	for (size_t i = 0; i < SESSION_SIGNALS; i++) {
		int number = session_signals[i];
		if (number == SIGINT || number == SIGTERM ||
		    (!sigaction(number, NULL, &now) && now.sa_handler != SIG_IGN))
			sigaction(number, &pass, NULL);
	}
}

static int session_wait(void)
{
	int status;

	while (waitpid(session_child, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

/* Only who may raise priorities gets more than the session. */
static void session_begin(pid_t parent)
{
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	setsid();
	fd = open(SESSION_GROUP, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, SESSION_NICE, strlen(SESSION_NICE)) < 0)
		errno = 0;
	close(fd);
}

int session_own(void)
{
	pid_t parent = getpid(), child;
	sigset_t all, before;

	if (access(SESSION_GROUP, F_OK))
		return -1;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	child = fork();
	if (child > 0) {
		session_child = child;
		session_listen();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (child > 0)
		return session_wait();
	if (!child)
		session_begin(parent);
	return -1;
}
