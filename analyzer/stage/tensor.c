/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/tensor.h"

#include "read/evidence.h"

#define TENSORS_MANY 48

static bool tensor_is(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[process_file_at(p, i)->name];

	return u->evidence[0] & EVIDENCE_SERIAL && !(u->evidence[0] & EVIDENCE_CHECKPOINT) &&
	       s->clue != CLUE_CHECKPOINT && u->read_bytes && !s->sample;
}

void tensors_find(struct judge *j, const struct process *p)
{
	size_t count = 0;

	for (size_t i = 1; i < p->file_count; i++)
		count += tensor_is(j, p, i);
	for (size_t i = 1; count >= TENSORS_MANY && i < p->file_count; i++)
		if (tensor_is(j, p, i))
			j->shared[process_file_at(p, i)->name].sample = true;
}
