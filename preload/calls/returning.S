/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a function marked BY_KERNEL goes instead of returning (base/returning.h);
 * the compiler knows it by this name.
 */
#if defined(__x86_64__)
	.text
	.globl __x86_return_thunk
	.hidden __x86_return_thunk
	.type __x86_return_thunk, %function
	.p2align 4
__x86_return_thunk:
	.cfi_startproc
	cmpb $0, returning_jumps(%rip)
	je 1f
	popq %rcx
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rcx
	jmp *%rcx
	.cfi_restore %rip
	.cfi_adjust_cfa_offset 8
1:	ret
	.cfi_endproc
	.size __x86_return_thunk, . - __x86_return_thunk
#endif
	.section .note.GNU-stack, "", %progbits
