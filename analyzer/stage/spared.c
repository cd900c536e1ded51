/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/spared.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/wrap.h"

/* A spot, and the time that it may be. */
struct spared {
	struct use_spot spot;
	int64_t *last;
};

#define SPARED_A_USE 5

static int spared_order(const void *one, const void *other)
{
	const struct spared *a = one, *b = other;

	if (a->spot.piece != b->spot.piece)
		return a->spot.piece < b->spot.piece ? -1 : 1;
	return (a->last > b->last) - (a->last < b->last);
}

static size_t spared_count(const struct process *p, const struct use *uses)
{
	size_t count = 0;

	for (size_t i = 0; i < p->file_count; i++)
		count += !!uses[i].spot_read.piece + !!uses[i].spot_write.piece +
		         !!uses[i].spot_touch.piece + !!uses[i].spot_again.piece +
		         !!uses[i].spot_closed.piece;
	return count;
}

/* Takes them out of the records, so that plain ones are kept as such. */
static void spared_find(const struct process *p, struct use *uses, struct spared *found)
{
	size_t count = 0;

	for (size_t i = 0; i < p->file_count; i++) {
		struct use *u = &uses[i];
		const struct spared of[SPARED_A_USE] = {{u->spot_read, &u->last_read},
		                                        {u->spot_write, &u->last_write},
		                                        {u->spot_touch, &u->last_touch},
		                                        {u->spot_again, &u->read_again},
		                                        {u->spot_closed, &u->closed}};
		for (int k = 0; k < SPARED_A_USE; k++)
			if (of[k].spot.piece)
				found[count++] = of[k];
		u->spot_read = u->spot_write = u->spot_touch = u->spot_again = u->spot_closed =
		        (struct use_spot){0};
	}
	qsort(found, count, sizeof *found, spared_order);
}

static void spared_end(const struct process *p, const struct batch *times, const struct spared *s)
{
	uint64_t end = times->column[AIOT_COLUMN_START][s->spot.row] +
	               times->column[AIOT_COLUMN_DURATION][s->spot.row];
	int64_t at = wrap_add(end, (uint64_t)p->clock);

	if (at > *s->last)
		*s->last = at;
}

void spared_tell(struct merge *merge, struct process *p, const struct stream *stream,
                 struct use *uses)
{
	size_t count = spared_count(p, uses);
	struct spared *found = memory_get(count, sizeof *found);
	const struct batch *times = NULL;
	uint32_t piece = 0;

	spared_find(p, uses, found);
	for (size_t i = 0; i < count; i++) {
		if (found[i].spot.piece != piece) {
			piece = found[i].spot.piece;
			times = merge_spared(merge, p, stream, piece - 1);
		}
		if (times && found[i].spot.row < times->count)
			spared_end(p, times, &found[i]);
	}
	free(found);
}
