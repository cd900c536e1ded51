/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/revisit.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/wrap.h"

#define REVISIT_PLACES 1024u
#define REVISIT_ROOM   (2 * REVISIT_PLACES)
#define REVISIT_MOST   1024u /* readings of a place whose times are kept */

/* Of the bytes: what places must hold to tell, and what a pass that was cut short holds. */
#define NEARLY_ALL 0.75
#define A_FEW      0.05

struct place {
	uint64_t key; /* 0 = free */
	uint64_t bytes;
	int64_t *times;
	size_t count, room;
};

struct revisit {
	struct place places[REVISIT_ROOM];
	size_t count;
	unsigned power; /* one place in 2^power is kept */
};

struct revisit *revisit_new(void)
{
	return memory_get(1, sizeof(struct revisit));
}

static uint64_t revisit_key(uint32_t name, uint64_t offset)
{
	uint64_t h = offset * UINT64_C(0x9e3779b97f4a7c15) + name;

	h = (h ^ h >> 31) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 29) * UINT64_C(0x94d049bb133111eb);
	return (h ^ h >> 32) | 1;
}

static bool revisit_kept(const struct revisit *r, uint64_t key)
{
	return !(key >> 1 & ((UINT64_C(1) << r->power) - 1));
}

/* Its place, or the free one for it. */
static struct place *revisit_find(struct revisit *r, uint64_t key)
{
	size_t at = key >> 40 & (REVISIT_ROOM - 1);

	while (r->places[at].key && r->places[at].key != key)
		at = (at + 1) & (REVISIT_ROOM - 1);
	return &r->places[at];
}

/* Half as many, from now on. */
static void revisit_thin(struct revisit *r)
{
	struct place *old = memory_get(REVISIT_ROOM, sizeof *old);

	for (size_t i = 0; i < REVISIT_ROOM; i++) {
		old[i] = r->places[i];
		r->places[i] = (struct place){0};
	}
	r->power++;
	r->count = 0;
	for (size_t i = 0; i < REVISIT_ROOM; i++) {
		if (!old[i].key)
			continue;
		if (!revisit_kept(r, old[i].key)) {
			free(old[i].times);
			continue;
		}
		*revisit_find(r, old[i].key) = old[i];
		r->count++;
	}
	free(old);
}

void revisit_add(struct revisit *r, uint32_t name, uint64_t offset, uint64_t bytes, int64_t time)
{
	uint64_t key = revisit_key(name, offset);
	struct place *p;

	if (!revisit_kept(r, key))
		return;
	p = revisit_find(r, key);
	if (!p->key) {
		p->key = key;
		r->count++;
	}
	p->bytes += bytes;
	if (p->count < REVISIT_MOST)
		p->times = memory_grow(p->times, p->count, &p->room, sizeof *p->times);
	if (p->count < REVISIT_MOST)
		p->times[p->count] = time;
	p->count++;
	while (r->count > REVISIT_PLACES && r->power < 62)
		revisit_thin(r);
}

/* Which places tell: those that were read `least` to `most` times. */
struct revisit_tell {
	uint32_t least, most;
};

/* By how often places were read: how many bytes of them. */
static uint64_t revisit_votes(const struct revisit *r, uint32_t most, uint64_t *votes)
{
	uint64_t all = 0;

	for (size_t i = 0; i < REVISIT_ROOM; i++) {
		const struct place *p = &r->places[i];
		all += p->bytes;
		if (p->count <= most)
			votes[p->count] += p->bytes;
	}
	return all;
}

/* The last pass may have been cut short: some places lack it then. */
static struct revisit_tell revisit_tell(const struct revisit *r, uint32_t most)
{
	uint64_t *votes = memory_get((size_t)most + 2, sizeof *votes);
	double all = (double)revisit_votes(r, most, votes);
	struct revisit_tell tell = {0};
	uint32_t best = 0;

	for (uint32_t i = 1; i <= most; i++)
		if (votes[i] > votes[best])
			best = i;
	if ((double)votes[best] >= NEARLY_ALL * all)
		tell = (struct revisit_tell){best, best};
	else if (best && (double)votes[best + 1] >= A_FEW * all &&
	         (double)(votes[best] + votes[best + 1]) >= NEARLY_ALL * all)
		tell = (struct revisit_tell){best, best + 1};
	else if (best > 1 && (double)(votes[best] + votes[best - 1]) >= NEARLY_ALL * all)
		tell = (struct revisit_tell){best - 1, best};
	free(votes);
	return tell;
}

static void revisit_pass(const struct revisit *r, struct revisit_tell tell, uint32_t number,
                         struct pass *pass)
{
	bool any = false;

	for (size_t i = 0; i < REVISIT_ROOM; i++) {
		const struct place *p = &r->places[i];
		if (p->count < tell.least || p->count > tell.most || p->count <= number)
			continue;
		if (!any || p->times[number] < pass->first_ns)
			pass->first_ns = p->times[number];
		if (!any || p->times[number] > pass->last_ns)
			pass->last_ns = p->times[number];
		any = true;
	}
}

/* More than half of the shorter one lies within the other. */
static bool revisit_at_once(const struct pass *a, const struct pass *b)
{
	double one = wrap_seconds(a->first_ns, a->last_ns),
	       other = wrap_seconds(b->first_ns, b->last_ns),
	       both = wrap_seconds(b->first_ns, a->last_ns < b->last_ns ? a->last_ns : b->last_ns);

	return both > 0.5 * (one < other ? one : other);
}

struct pass *revisit_passes(const struct revisit *r, uint32_t most, size_t *count)
{
	struct revisit_tell tell = revisit_tell(r, most < REVISIT_MOST ? most : REVISIT_MOST - 1);
	struct pass *passes = memory_get((size_t)tell.most + 1, sizeof *passes);

	*count = 0;
	for (uint32_t i = 0; i < tell.most; i++) {
		struct pass *pass = &passes[*count], *before = *count ? pass - 1 : NULL;
		*pass = (struct pass){0};
		revisit_pass(r, tell, i, pass);
		if (before && revisit_at_once(before, pass)) {
			before->last_ns =
			        pass->last_ns > before->last_ns ? pass->last_ns : before->last_ns;
			continue;
		}
		++*count;
	}
	return passes;
}

void revisit_free(struct revisit *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < REVISIT_ROOM; i++)
		free(r->places[i].times);
	free(r);
}
