/* SPDX-License-Identifier: Apache-2.0
 *
 * uring_site: where a hooked system call goes. To the program it is the call: it
 * changes rax, rcx and r11, as the kernel does, and nothing else, below the stack
 * pointer neither. Comes with the call's number and arguments in their registers,
 * and in rcx where the call is to be made if it is not one of io_uring's; behind
 * that it returns if it was.
 */
#if defined(__x86_64__)
#include <sys/syscall.h>

#define RED_ZONE 128
#define STATE    2816 /* of vector registers: the largest, and more than is used */

	.section .bss
	.balign 4
	.globl uring_site_mask
	.hidden uring_site_mask
	.type uring_site_mask, %object
	.size uring_site_mask, 4
uring_site_mask:
	.zero 4 /* of what XSAVEC saves; 0: there is none, and FXSAVE does */

	.text
	.globl uring_site
	.hidden uring_site
	.type uring_site, %function
	.cfi_startproc
	.cfi_undefined rip
uring_site:
	endbr64
	leaq -RED_ZONE(%rsp), %rsp
	pushfq
	leal -SYS_io_uring_setup(%rax), %r11d
	cmpl $2, %r11d
	ja 3f
	cld
	pushq %rbp
	movq %rsp, %rbp
	pushq %rcx
	pushq %r9
	pushq %r8
	pushq %r10
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %rax
	movq %rsp, %rdi
	subq $STATE, %rsp
	andq $-64, %rsp
	movl uring_site_mask(%rip), %eax
	testl %eax, %eax
	jz 1f
	xorl %edx, %edx
	movq %rdx, 528(%rsp)
	movq %rdx, 536(%rsp)
	movq %rdx, 544(%rsp)
	movq %rdx, 552(%rsp)
	movq %rdx, 560(%rsp)
	movq %rdx, 568(%rsp)
	xsavec64 (%rsp)
	call uring_site_call
	movq %rax, -64(%rbp)
	movl uring_site_mask(%rip), %eax
	xorl %edx, %edx
	xrstor64 (%rsp)
	jmp 2f
1:	fxsave64 (%rsp)
	call uring_site_call
	movq %rax, -64(%rbp)
	fxrstor64 (%rsp)
2:	leaq -64(%rbp), %rsp
	popq %rax
	popq %rdi
	popq %rsi
	popq %rdx
	popq %r10
	popq %r8
	popq %r9
	popq %rcx
	popq %rbp
	addq $2, %rcx
3:	popfq
	movq -8(%rsp), %r11
	leaq RED_ZONE(%rsp), %rsp
	jmp *%rcx
	.cfi_endproc
	.size uring_site, . - uring_site
#endif
	.section .note.GNU-stack, "", %progbits
