/* SPDX-License-Identifier: Apache-2.0
 *
 * syscall(2) by libc's function of that name. A number that has a row in
 * syscall.c goes there, without the number; every other passes on with nothing
 * of ours on the stack, so that clone and vfork may return twice.
 */
#include <sys/syscall.h>

	.text
	.globl syscall
	.type syscall, %function
#if defined(__x86_64__)
syscall:
	endbr64
	cmpq syscall_count(%rip), %rdi
	jae 1f
	leaq syscall_rows(%rip), %rax
	movq (%rax, %rdi, 8), %r11
	testq %r11, %r11
	jz 1f
	movq %rsi, %rdi
	movq %rdx, %rsi
	movq %rcx, %rdx
	movq %r8, %rcx
	movq %r9, %r8
	movq 8(%rsp), %r9
	xorl %eax, %eax
	jmp *%r11
1:	movq syscall_next(%rip), %rax
	testq %rax, %rax
	jz 2f
	jmp *%rax
	/* Not looked up yet: the call itself. */
2:	movq %rdi, %rax
	movq %rsi, %rdi
	movq %rdx, %rsi
	movq %rcx, %rdx
	movq %r8, %r10
	movq %r9, %r8
	movq 8(%rsp), %r9
	syscall
	cmpq $-4095, %rax
	jae 3f
	ret
3:	movq %rax, %rdi
	jmp syscall_failed
#elif defined(__aarch64__)
syscall:
	adrp x9, syscall_count
	ldr x9, [x9, #:lo12:syscall_count]
	cmp x0, x9
	b.hs 1f
	adrp x9, syscall_rows
	add x9, x9, #:lo12:syscall_rows
	ldr x9, [x9, x0, lsl #3]
	cbz x9, 1f
	mov x0, x1
	mov x1, x2
	mov x2, x3
	mov x3, x4
	mov x4, x5
	mov x5, x6
	br x9
1:	adrp x9, syscall_next
	ldr x9, [x9, #:lo12:syscall_next]
	cbz x9, 2f
	br x9
2:	mov x8, x0
	mov x0, x1
	mov x1, x2
	mov x2, x3
	mov x3, x4
	mov x4, x5
	mov x5, x6
	svc #0
	cmn x0, #4095
	b.hs 3f
	ret
3:	b syscall_failed
#endif
	.size syscall, . - syscall
	.section .note.GNU-stack, "", %progbits
