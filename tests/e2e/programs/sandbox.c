/* SPDX-License-Identifier: Apache-2.0
 *
 * sandbox kill|errno|strict HARSH|MILD [COMMAND...]: reads "data" 100 times, sets
 * up a filter of system calls, reads 20,000 times more, forks, and the child reads;
 * or runs the command behind the filter. HARSH allows little more than reading and
 * to leave, MILD all but what is young. Prints the sum of the bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH(list) (sizeof list / sizeof *(list))

static const int harsh[] = {SYS_read,
                            SYS_write,
                            SYS_pread64,
                            SYS_close,
                            SYS_clone,
                            SYS_wait4,
                            SYS_gettid,
                            SYS_exit_group,
                            SYS_exit,
                            SYS_rt_sigreturn,
#ifdef SYS_fork
                            SYS_fork,
#endif
                            SYS_set_robust_list,
                            334 /* rseq */};
static const int young[] = {451 /* cachestat */, SYS_membarrier};

static void filter(unsigned action, const int *listed, size_t count, int allow)
{
	struct sock_filter code[64];
	unsigned short n = 0;
	unsigned pass = SECCOMP_RET_ALLOW;
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	                                         offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < count; i++) {
		code[n++] =
		        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, listed[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, allow ? pass : action);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, allow ? action : pass);
	struct sock_fprog program = {n, code};
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		perror("seccomp");
}

static long read_often(int fd, int times)
{
	char buffer[100];
	long sum = 0;
	for (int i = 0; i < times; i++)
		sum += pread(fd, buffer, i % 100, 0);
	return sum;
}

static void say(long sum)
{
	char text[32];
	int length = sprintf(text, "%ld\n", sum);
	if (write(1, text, length) != length)
		_exit(3);
}

int main(int argc, char **argv)
{
	int fd = open("data", O_RDONLY), mild = !strcmp(argv[2], "mild");
	unsigned kill = !strcmp(argv[1], "kill");
	unsigned action = kill ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM;
	say(read_often(fd, 100));
	if (!strcmp(argv[1], "strict"))
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	else if (mild)
		filter(action, young, LENGTH(young), 0);
	else
		filter(action, harsh, LENGTH(harsh), 1);
	if (argc > 3)
		execvp(argv[3], argv + 3);
	if (!strcmp(argv[1], "strict")) {
		say(4);
		syscall(SYS_exit, 0);
	}
	say(read_often(fd, 20000));
	pid_t child = fork();
	if (child == 0) {
		say(read_often(fd, 50));
		_exit(0);
	}
	int status = 1;
	waitpid(child, &status, 0);
	_exit(status != 0);
}
