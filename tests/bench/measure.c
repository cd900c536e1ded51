/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a command and says what it took. A small program does this because a
 * child's peak of memory is never below that of the process it was forked from.
 *
 *     measure FILE [NAME=VALUE...] -- COMMAND...
 *
 * FILE gets one line: ns of wall, ns of CPU, peak KB. Exits with the command's
 * status.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int64_t cpu_ns(const struct rusage *r)
{
	return (r->ru_utime.tv_sec + r->ru_stime.tv_sec) * INT64_C(1000000000) +
	       (r->ru_utime.tv_usec + r->ru_stime.tv_usec) * INT64_C(1000);
}

static void run(char **arguments)
{
	for (; *arguments && strcmp(*arguments, "--"); arguments++)
		putenv(*arguments);
	if (!*arguments)
		_exit(2);
	execvp(arguments[1], arguments + 1);
	_exit(127);
}

int main(int argc, char **argv)
{
	int64_t start = now_ns(), wall;
	struct rusage used;
	int status;
	pid_t child;
	FILE *to;

	if (argc < 4)
		return 2;
	child = fork();
	if (child == 0)
		run(argv + 2);
	if (child < 0 || wait4(child, &status, 0, &used) != child)
		return 1;
	wall = now_ns() - start;
	to = fopen(argv[1], "w");
	if (!to || fprintf(to, "%jd %jd %ld\n", (intmax_t)wall, (intmax_t)cpu_ns(&used),
	                   used.ru_maxrss) < 0)
		return 1;
	fclose(to);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
