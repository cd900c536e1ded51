/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a command, as many times at once as it is asked to, and says what that
 * took. A small program does this because a child's peak of memory is never
 * below that of the process it was forked from.
 *
 *     measure FILE COPIES [NAME=VALUE...] -- COMMAND...
 *
 * FILE gets one line: ns of wall until the last has ended, ns of CPU of all,
 * peak KB of the largest. Exits with a status that was not 0, if there was one.
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

/* Waits for one of the copies; -1 if there is none to wait for. */
static int reap(int64_t *cpu, long *peak_kb)
{
	struct rusage used;
	int status;

	if (wait4(-1, &status, 0, &used) < 0)
		return -1;
	*cpu += cpu_ns(&used);
	if (used.ru_maxrss > *peak_kb)
		*peak_kb = used.ru_maxrss;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	int64_t start = now_ns(), wall, cpu = 0;
	long copies, peak_kb = 0;
	int failed = 0;
	FILE *to;

	if (argc < 5)
		return 2;
	copies = strtol(argv[2], NULL, 10);
	for (long i = 0; i < copies; i++) {
		pid_t child = fork();

		if (child == 0)
			run(argv + 3);
		failed |= child < 0;
	}
	for (long i = 0; i < copies; i++) {
		int status = reap(&cpu, &peak_kb);

		failed = status ? status : failed;
	}
	wall = now_ns() - start;
	to = fopen(argv[1], "w");
	if (!to || fprintf(to, "%jd %jd %ld\n", (intmax_t)wall, (intmax_t)cpu, peak_kb) < 0)
		return 1;
	fclose(to);
	return failed;
}
