/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/sys.h"
#include "fault/permit.h"
#include "state.h"
#include "thread.h"
#include "trace/define.h"

/* Newer than the headers of most systems: Linux 6.5. */
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

static const char sandbox_words[] =
        "tracing stopped: the program set up a filter of system calls (seccomp) that would kill "
        "it for calls that the library makes";

static bool sandbox_closed;
static bool sandbox_no_young;

/* The calls that tracing needs, each in a way that does nothing. */
static void sandbox_call_all(void)
{
	SYS4(openat, -1, "", 0, 0);
	SYS4(readlinkat, -1, "", NULL, 0);
	SYS2(getcwd, NULL, 0);
	SYS2(fstat, -1, NULL);
	SYS2(stat, "", NULL);
	SYS3(lseek, -1, 0, SEEK_CUR);
	SYS3(read, -1, NULL, 0);
	SYS3(writev, -1, NULL, 0);
	SYS4(pwrite64, -1, NULL, 0, 0);
	SYS4(fallocate, -1, 0, 0, 0);
	SYS1(close, -1);
	SYS6(mmap, 0, 0, 0, 0, -1, 0);
	SYS2(munmap, 0, 0);
	SYS3(madvise, 0, 0, MADV_NORMAL);
	SYS3(fcntl, -1, F_GETFL, 0);
	SYS3(mkdirat, -1, "", 0);
	SYS3(unlinkat, -1, "", 0);
	SYS2(getrusage, RUSAGE_THREAD, NULL);
	SYS1(uname, NULL);
	SYS0(getpid);
	SYS0(getppid);
	SYS0(gettid);
	SYS0(sched_yield);
	SYS2(sigaltstack, NULL, NULL);
	SYS4(rt_sigprocmask, 0, NULL, NULL, sizeof(uint64_t));
}

static void sandbox_call_young(void)
{
	SYS4(cachestat, -1, NULL, NULL, 0);
	SYS6(statx, -1, NULL, 0, 0, NULL, 0);
	SYS2(membarrier, MEMBARRIER_CMD_QUERY, 0);
	SYS4(pwritev, -1, NULL, 0, 0);
	SYS2(fstatfs, -1, NULL);
	SYS3(fchmodat, -1, "", 0);
}

/* Whether a copy of this process survives them, behind the filter that `install`
 * sets up if there is one. Nobody is told when the copy ends. */
static bool sandbox_survives(void (*calls)(void), long (*install)(const void *argument),
                             const void *argument)
{
	static const struct rlimit no_core = {0, 0};
	int status = 0;
	long child = SYS6(clone, 0, 0, 0, 0, 0, 0);
	if (child == 0) {
		SYS4(prlimit64, 0, RLIMIT_CORE, &no_core, NULL);
		if (install)
			install(argument);
		calls();
		SYS1(exit_group, 0);
		__builtin_unreachable();
	}
	if (child < 0)
		return false;
	while (SYS4(wait4, child, &status, __WALL, NULL) == -EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool sandbox_allows_start(void)
{
	if (!permit_is_filtered())
		return true;
	sandbox_closed = !sandbox_survives(sandbox_call_all, NULL, NULL);
	sandbox_no_young = sandbox_closed || !sandbox_survives(sandbox_call_young, NULL, NULL);
	return !sandbox_closed;
}

void sandbox_close(void)
{
	if (sandbox_closed)
		return;
	sandbox_closed = true;
	sandbox_no_young = true;
	thread_flush();
	define_reason(sandbox_words, 0);
	state_stop(sandbox_words, EPERM);
}

void sandbox_before(long (*install)(const void *argument), const void *argument)
{
	if (sandbox_closed)
		return;
	if (!sandbox_survives(sandbox_call_all, install, argument))
		sandbox_close();
	else if (!sandbox_survives(sandbox_call_young, install, argument))
		sandbox_no_young = true;
}

bool sandbox_is_closed(void)
{
	return sandbox_closed;
}

bool sandbox_allows_young(void)
{
	return !sandbox_no_young;
}
