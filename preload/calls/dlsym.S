/* SPDX-License-Identifier: Apache-2.0
 *
 * dlsym looks at who calls it: RTLD_NEXT and RTLD_DEFAULT mean "as seen from
 * there". So ours is no function that calls the real one, but a jump to it, or
 * to a function of symbol.c where it is about a library that we interpose;
 * symbol_choose says which. The third argument is the caller.
 */

	.text
	.globl dlsym
	.type dlsym, %function
#if defined(__x86_64__)
dlsym:
	.cfi_startproc
	endbr64
	pushq %rdi
	.cfi_adjust_cfa_offset 8
	pushq %rsi
	.cfi_adjust_cfa_offset 8
	subq $8, %rsp
	.cfi_adjust_cfa_offset 8
	call symbol_choose
	addq $8, %rsp
	.cfi_adjust_cfa_offset -8
	popq %rsi
	.cfi_adjust_cfa_offset -8
	popq %rdi
	.cfi_adjust_cfa_offset -8
	movq (%rsp), %rdx
	jmp *%rax
	.cfi_endproc
#elif defined(__aarch64__)
dlsym:
	stp x29, x30, [sp, #-32]!
	stp x0, x1, [sp, #16]
	bl symbol_choose
	mov x9, x0
	ldp x0, x1, [sp, #16]
	ldp x29, x30, [sp], #32
	mov x2, x30
	br x9
#endif
	.size dlsym, . - dlsym
	.section .note.GNU-stack, "", %progbits
