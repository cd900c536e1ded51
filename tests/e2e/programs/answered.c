/* SPDX-License-Identifier: Apache-2.0
 *
 * Shuts itself in behind a filter that stops newfstatat, openat and mknodat, and answers
 * them by their older kin, as browsers' sandboxes do. Prints what fstat, stat and open
 * got, and how often the filter asked.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static volatile int asked;

static long answer(const greg_t *args, long number)
{
	const char *path = (const char *)args[REG_RSI];
	if (number == SYS_openat)
		return syscall(SYS_open, path, args[REG_RDX], args[REG_R10]);
	if (number == SYS_mknodat)
		return syscall(SYS_mknod, path, args[REG_RDX], args[REG_R10]);
	return *path ? syscall(SYS_stat, path, args[REG_RDX])
	             : syscall(SYS_fstat, args[REG_RDI], args[REG_RDX]);
}

static void trapped(int signal, siginfo_t *info, void *context)
{
	greg_t *args = ((ucontext_t *)context)->uc_mcontext.gregs;
	(void)signal;
	if (++asked > 100)
		_exit(9);
	long got = answer(args, info->si_syscall);
	args[REG_RAX] = got < 0 ? -errno : got;
}

static void filter(void)
{
	struct sock_filter code[] = {
	        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_newfstatat, 2, 0),
	        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 1, 0),
	        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mknodat, 0, 1),
	        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
	        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof *code, code};
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		perror("seccomp");
}

int main(int count, char **args)
{
	struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO | SA_NODEFER};
	struct stat a, b;
	int fd = open(args[1], O_RDONLY);
	(void)count;
	sigaction(SIGSYS, &action, NULL);
	filter();
	int first = fstat(fd, &a), second = stat(args[1], &b), third = open(args[1], O_RDONLY);
	int before = asked;
	int made = mknod(args[2], S_IFIFO | 0600, 0);
	printf("%d %ld %d %ld %d %d %d\n", first, (long)a.st_size, second, (long)b.st_size,
	       third == fd + 1, made, before >= 3);
	fflush(stdout);
	return 0;
}
