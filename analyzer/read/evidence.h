/* SPDX-License-Identifier: Apache-2.0
 *
 * What frames say about a call: those of well-known libraries, by a list of files and
 * functions, and those of the program, by their names (word.h). They are evidence and no
 * verdict: torch.save saves tensors of any purpose.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stdint.h>

#include "read/stacks.h"
#include "read/word.h"

enum evidence {
	EVIDENCE_SERIAL = 1,     /* weights or tensors, saved or loaded */
	EVIDENCE_CHECKPOINT = 2, /* a trainer's state, saved or loaded */
	EVIDENCE_LOADER = 4,     /* a batch is fetched for training or inference */
	EVIDENCE_WORKER = 8,     /* in a loader's worker */
	EVIDENCE_DATA = 16,      /* a data format is read or written */
	EVIDENCE_RUNTIME = 32,   /* the language sees to itself */
	EVIDENCE_POOL = 64,      /* in a worker of a pool, which is there before it is asked */
	EVIDENCE_PREPARE = 128,  /* data are made ready for a loader */
};

/* What a frame of this file and function says, or-ed; 0 = nothing. */
uint32_t evidence_of(const char *file, const char *function);

/* What a stack says. */
struct evidence_stack {
	uint32_t says; /* what any frame of a library does, and the innermost of the program's
	                * that says anything; and, as WORDS_OF_SCRIPT, what its script does */
	uint32_t site; /* equal: called from the same line of the program; 0 = not known */
};

/* Each stack of a process, by stack's index; free() it. NULL where the process has no stacks. */
struct evidence_stack *evidence_of_stacks(const struct stacks *stacks);

#endif
