/* SPDX-License-Identifier: Apache-2.0
 *
 * refuse fail|kill COMMAND...: runs it where perf_event_open fails by EPERM, as
 * under a container's seccomp profile, or is punished.
 * refuse plain COMMAND...: runs it as a user who is not root may. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Without capabilities, also behind exec, and with the kernel's own limit of
 * locked memory. */
static int be_plain(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};
	struct rlimit limit = {8 << 20, 8 << 20}, now;
	if (getrlimit(RLIMIT_MEMLOCK, &now) ||
	    (now.rlim_max > limit.rlim_max && setrlimit(RLIMIT_MEMLOCK, &limit)))
		return -1;
	prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0);
	return (int)syscall(SYS_capset, &head, none);
}

static int be_filtered(const char *how)
{
	unsigned action =
	        strcmp(how, "kill") ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_KILL_PROCESS;
	struct sock_filter filter[] = {
	        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
	        BPF_STMT(BPF_RET | BPF_K, action),
	        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
	if (argc < 3 || (strcmp(argv[1], "plain") ? be_filtered(argv[1]) : be_plain())) {
		perror("refuse");
		return 77;
	}
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
