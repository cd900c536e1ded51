/* SPDX-License-Identifier: Apache-2.0
 *
 * long poller_clone(flags, stack, tid, storage, run): a thread begins on an
 * empty stack, so it can't return from a C function.
 */
#include <sys/syscall.h>

	.text
	.globl poller_clone
	.hidden poller_clone
	.type poller_clone, %function
#if defined(__x86_64__)
poller_clone:
	endbr64
	movq %r8, %r9
	movq %rcx, %r8
	movq %rdx, %r10
	movl $SYS_clone, %eax
	syscall
	testq %rax, %rax
	jz 1f
	ret
1:	xorl %ebp, %ebp
	andq $-16, %rsp
	call *%r9
	movl $SYS_exit, %eax
	xorl %edi, %edi
	syscall
	hlt
#elif defined(__aarch64__)
poller_clone:
	mov x9, x4
	mov x4, x2
	mov x8, #SYS_clone
	svc #0
	cbz x0, 1f
	ret
1:	mov x29, xzr
	mov x30, xzr
	blr x9
	mov x0, xzr
	mov x8, #SYS_exit
	svc #0
	brk #0
#endif
	.size poller_clone, . - poller_clone
	.section .note.GNU-stack, "", %progbits
