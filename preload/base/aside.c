/* SPDX-License-Identifier: Apache-2.0 */
#include "base/aside.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

#include "base/sys.h"

#define ASIDE_STACK 65536

struct aside {
	long (*work)(void *argument);
	void *argument;
	long result;
};

#if defined(__x86_64__)
static void aside_child(struct aside *aside)
{
	SYS1(close, 0); /* in this child's own table */
	aside->result = aside->work(aside->argument);
}

/* Like vfork, on a stack of its own: the caller sleeps until the child exits. */
static long aside_clone(struct aside *aside, char *top)
{
	long result = SYS_clone;
	register void (*child)(struct aside *) __asm__("r9") = aside_child;
	register struct aside *what __asm__("r12") = aside;
	register long child_tid __asm__("r10") = 0;
	register long tls __asm__("r8") = 0;
	__asm__ volatile("syscall\n\t"
	                 "testq %%rax, %%rax\n\t"
	                 "jnz 1f\n\t"
	                 "xorl %%ebp, %%ebp\n\t"
	                 "movq %%r12, %%rdi\n\t"
	                 "callq *%%r9\n\t"
	                 "xorl %%edi, %%edi\n\t"
	                 "movl %[exit], %%eax\n\t"
	                 "syscall\n\t"
	                 "1:"
	                 : "+a"(result)
	                 : "D"((long)(CLONE_VM | CLONE_VFORK)), "S"(top), "d"(0L), "r"(child_tid),
	                   "r"(tls), "r"(child), "r"(what), [exit] "i"(SYS_exit)
	                 : "rcx", "r11", "memory");
	return result;
}
#else
static long aside_clone(struct aside *aside, char *top)
{
	(void)aside;
	(void)top;
	return -ENOSYS;
}
#endif

/* No signal may find the child, which has the program's handlers. */
static long aside_clone_quietly(struct aside *aside, char *top)
{
	uint64_t all = UINT64_MAX, before;
	SYS4(rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
	long child = aside_clone(aside, top);
	if (child > 0)
		SYS4(wait4, child, NULL, __WALL, NULL);
	SYS4(rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
	return child;
}

long aside_run(long (*work)(void *argument), void *argument)
{
	struct aside aside = {work, argument, work(argument)};
	if (aside.result != -EMFILE && aside.result != -ENFILE)
		return aside.result;
	char *stack = sys_map(ASIDE_STACK, 0);
	if (!stack)
		return aside.result;
	aside_clone_quietly(&aside, stack + ASIDE_STACK);
	sys_unmap(stack, ASIDE_STACK);
	return aside.result;
}
