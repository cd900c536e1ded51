/* SPDX-License-Identifier: Apache-2.0 */
#include "read/phase.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/wrap.h"

#define PHASE_EVENTS (UINT64_C(1) << 18)

struct beginning {
	int64_t at;
	uint32_t events;
};

static int phase_earlier(const void *one, const void *other)
{
	const struct beginning *a = one, *b = other;

	return a->at < b->at ? -1 : a->at > b->at;
}

static size_t phase_list(const struct recording *r, struct beginning *list)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		for (size_t s = 0; s < p->stream_count; s++)
			for (size_t k = 0; k < p->streams[s].count; k++, count++)
				if (list)
					list[count] = (struct beginning){
					        wrap_add(p->streams[s].pieces[k].first_ns,
					                 (uint64_t)p->clock),
					        p->streams[s].pieces[k].count};
	}
	return count;
}

struct phases phases_find(const struct recording *r)
{
	size_t pieces = phase_list(r, NULL), room = 0;
	struct beginning *list = memory_get(pieces, sizeof *list);
	struct phases phases = {0};
	uint64_t events = 0;

	phase_list(r, list);
	qsort(list, pieces, sizeof *list, phase_earlier);
	for (size_t i = 0; i < pieces; i++) {
		if (events >= PHASE_EVENTS) {
			phases.until = memory_grow(phases.until, phases.count, &room,
			                           sizeof *phases.until);
			phases.until[phases.count++] = list[i].at;
			events = 0;
		}
		events += list[i].events;
	}
	free(list);
	return phases;
}
