/* SPDX-License-Identifier: Apache-2.0
 *
 * How a function's caller is found at an instruction of it, from the tables that
 * compilers write for exceptions (.eh_frame): only what the stack and frame
 * pointers need, which is what nearly all functions that call others are made
 * of. Signal-safe; reads nothing but the object's own tables, within their
 * bounds.
 */
#ifndef PRELOAD_NATIVE_RULE_H
#define PRELOAD_NATIVE_RULE_H

#include "native/object.h"

enum rule_base {
	RULE_NONE,   /* not known */
	RULE_END,    /* it has no caller */
	RULE_SP,     /* the frame begins at stack pointer + offset */
	RULE_FP,     /* at frame pointer + offset */
	RULE_AT_FP,  /* at the address that is kept at frame pointer + offset */
	RULE_SIGNAL, /* the kernel put it there: all registers are on the stack */
};

enum rule_kept {
	RULE_SAME,       /* the caller's frame pointer is still in its register */
	RULE_KEPT,       /* it is kept at the frame's beginning + offset */
	RULE_KEPT_AT_FP, /* at frame pointer + offset */
};

/* Both pointers are those at the instruction. The frame begins behind the
 * caller's return address, in DWARF's words at the CFA. */
union rule {
	struct {
		int64_t offset : 29;
		int64_t kept_offset : 29;
		uint64_t base : 3; /* enum rule_base */
		uint64_t kept : 3; /* enum rule_kept */
	};
	uint64_t packed;
};

/* The rule at `address`, which is in the object. */
union rule rule_find(const struct object *object, uintptr_t address);

/* The bounds of the function, or of the part of it, that `address` is in, as the
 * same tables have them. */
bool rule_function(const struct object *object, uintptr_t address, uintptr_t *begin,
                   uintptr_t *end);

#endif
