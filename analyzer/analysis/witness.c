/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "read/evidence.h"
#include "read/origin.h"

#define WITNESS_CANDIDATES 64

/* The innermost frame that says anything: the one nearest to the call. */
static const struct frame *witness_frame(const struct stack_sum *sum)
{
	const struct stacks *stacks = &sum->process->stacks;

	for (uint32_t i = 0; i < stacks->stacks[sum->stack].count; i++) {
		const struct frame *frame = stacks_frame(stacks, sum->stack, i);
		if (frame->says & ~(uint32_t)(EVIDENCE_RUNTIME | EVIDENCE_POOL | WORDS_OF_SCRIPT))
			return frame;
	}
	return NULL;
}

static int witness_compare(const void *one, const void *other)
{
	const struct witness *a = one, *b = other;

	if (a->ops != b->ops)
		return a->ops > b->ops ? -1 : 1;
	return a->file < b->file ? -1 : a->file > b->file;
}

size_t witnesses_find(const struct call_sites *sites, unsigned stage,
                      struct witness list[WITNESSES])
{
	struct witness all[WITNESS_CANDIDATES] = {0};
	size_t count = 0, k;

	for (size_t i = 0; i < sites->stack_count; i++) {
		const struct stack_sum *sum = &sites->stacks[i];
		const struct frame *frame;
		if (sum->stage != stage || !(frame = witness_frame(sum)))
			continue;
		for (k = 0; k < count; k++)
			if (all[k].file == frame->file)
				break;
		if (k == WITNESS_CANDIDATES)
			continue;
		if (k == count)
			all[count++] = (struct witness){frame->file, frame->qualified, 0};
		all[k].ops += site_ops(&sum->sum);
	}
	qsort(all, count, sizeof *all, witness_compare);
	for (k = 0; k < count && k < WITNESSES; k++)
		list[k] = all[k];
	return k;
}

void witness_text(const struct call_sites *sites, const struct names *names, unsigned stage,
                  const struct witness *witness, char *text, size_t size)
{
	const char *file = names_text(names, witness->file);

	snprintf(text, size, "%s (%s) is on the stack of %" PRIu64 " of %" PRIu64 " calls",
	         file + origin_of(file).package, names_text(names, witness->function), witness->ops,
	         site_ops(&sites->all[stage]));
}
