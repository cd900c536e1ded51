/* SPDX-License-Identifier: Apache-2.0
 *
 * vfork returns twice on one stack, so it can't be a C function around libc's.
 * The child runs in the parent's memory until it execs: it is marked in the
 * thread's own storage, and the parent, when it goes on, unmarks itself.
 */
#include <sys/syscall.h>

	.text
	.globl vfork
	.type vfork, %function
#if defined(__x86_64__)
vfork:
	endbr64
	/* The child will overwrite the stack: the return address waits in a
	 * register that the kernel keeps. */
	popq %rdi
	movl $SYS_vfork, %eax
	syscall
	pushq %rdi
	testq %rax, %rax
	jz 1f
	movq %rax, %rdi
	jmp image_vforked
1:	movq thread_vfork@gottpoff(%rip), %rcx
	movl $1, %fs:(%rcx)
	ret
#elif defined(__aarch64__)
#define VFORK_FLAGS 0x4111 /* CLONE_VM | CLONE_VFORK | SIGCHLD */
vfork:
	mov x0, #VFORK_FLAGS
	mov x1, sp
	mov x8, #SYS_clone
	svc #0
	cbz x0, 1f
	b image_vforked
1:	mrs x1, tpidr_el0
	adrp x2, :gottprel:thread_vfork
	ldr x2, [x2, #:gottprel_lo12:thread_vfork]
	mov w3, #1
	str w3, [x1, x2]
	ret
#endif
	.size vfork, . - vfork
	.section .note.GNU-stack, "", %progbits
