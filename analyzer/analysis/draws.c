/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/draws.h"

#include <stdlib.h>

#include "analysis/beginning.h"
#include "base/memory.h"

#define DRAWS_NONE UINT32_MAX
/* An epoch has at least so many files, and of all one in so many. */
#define DRAWS_FEW  16u
#define DRAWS_PART 4u
/* They differ by less than one part in so many. */
#define DRAWS_EVEN 10u

struct draws *draws_new(const struct beginning *files, uint32_t names)
{
	struct draws *d = memory_get(1, sizeof *d);

	d->names = names;
	d->last = DRAWS_NONE;
	d->in = memory_get(names, sizeof *d->in);
	for (uint32_t i = 0; i < names; i++)
		if (!files[i].begins || files[i].told_by || files[i].mapped)
			d->in[i] = DRAWS_NONE;
	return d;
}

static void draws_begin(struct draws *d, uint32_t name)
{
	if (!d->count || d->in[name] == d->count) {
		d->over |= d->count == EPOCHS_MOST;
		if (d->over)
			return;
		d->items = memory_grow(d->items, d->count, &d->room, sizeof *d->items);
		d->items[d->count++] = (struct epoch){0};
	}
	d->items[d->count - 1].files++;
	d->in[name] = d->count;
}

void draws_add(struct draws *d, const struct span *s)
{
	if (d->over || s->name >= d->names || d->in[s->name] == DRAWS_NONE)
		return;
	/* Who reads a header does so twice. */
	if (!s->offset && s->name != d->last) {
		draws_begin(d, s->name);
		d->last = s->name;
	}
	if (d->in[s->name])
		epoch_read(&d->items[d->in[s->name] - 1], s);
}

static int draws_order(const void *one, const void *other)
{
	const uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return a < b ? -1 : a > b;
}

/* Files of an epoch, by most of them; the last one may be cut short. */
static uint64_t draws_median(const struct draws *d)
{
	uint64_t *files = memory_get(d->count, sizeof *files), median;

	for (uint32_t i = 0; i < d->count; i++)
		files[i] = d->items[i].files;
	qsort(files, d->count - 1, sizeof *files, draws_order);
	median = files[(d->count - 1) / 2];
	free(files);
	return median;
}

bool draws_finish(struct draws *d, uint32_t least)
{
	uint64_t median, all = 0;

	for (uint32_t i = 1; i < d->names; i++)
		all += d->in[i] && d->in[i] != DRAWS_NONE;
	if (d->over || d->count < least)
		return false;
	median = draws_median(d);
	if (median < DRAWS_FEW || median < all / DRAWS_PART)
		return false;
	for (uint32_t i = 0; i < d->count; i++) {
		uint64_t files = d->items[i].files, apart = median / DRAWS_EVEN;
		if (files > median + apart || (i + 1 < d->count && files < median - apart))
			return false;
	}
	if (d->items[d->count - 1].files < median / DRAWS_EVEN) {
		epoch_join(&d->items[d->count - 2], &d->items[d->count - 1]);
		d->count--;
	}
	return true;
}

void draws_free(struct draws *d)
{
	if (!d)
		return;
	free(d->items);
	free(d->in);
	free(d);
}
