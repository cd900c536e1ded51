/* SPDX-License-Identifier: Apache-2.0
 *
 * Preparing and training told apart: by the rhythm in which samples are longer.
 */
#include <math.h>
#include <stdlib.h>

#include "analysis/loop.h"
#include "base/memory.h"

/* Batches that a period is believed from, and how sure it must be. */
#define FEW_BATCHES 8
#define SURE        6
/* Of so many periods one is found in noise: steps that take so little of the time are none. */
#define LEAST_STEPS 0.01
/* Long rests are a step's where this share of them are whole batches apart, and so many
 * standard deviations more than by chance. */
#define WHOLE    0.8
#define UNLIKELY 3.5
/* A mapping that is kept shows each page once; so few made are no new ones for each batch. */
#define FEW_MAPS 4
/* Of a stream's reads one in so many at least goes on at once, in the same sample; pauses hold so
 * much of the time that is no I/O, and are so many. */
#define AT_ONCE    4
#define PAUSES     0.98
#define FEW_PAUSES 16

/* What the last sample of a batch takes longer, if batches have `period`
 * samples, and how sure that is: in standard errors. */
struct fold {
	double longer_ns, sure;
};

static struct fold loop_folded(const struct loop *l, size_t kept, size_t period, double most)
{
	double sums[LOOP_PERIODS] = {0}, all = 0, squares = 0, top = 0, others, spread;
	size_t times = kept / period, whole = times * period;
	double rounds = (double)times;

	for (size_t i = 0; i < whole; i++) {
		double rest = fmin(l->rest[i], most);
		sums[i % period] += rest;
		all += rest;
		squares += rest * rest;
	}
	for (size_t k = 0; k < period; k++)
		top = fmax(top, sums[k]);
	others = (all - top) / (rounds * (double)(period - 1));
	spread = squares - top * top / rounds - (all - top) * others;
	spread = sqrt(fmax(0, spread) / (double)whole);
	top /= rounds;
	/* Times are never known better than to a thousandth. */
	return (struct fold){top - others, (top - others) * sqrt(rounds) / fmax(spread, top / 1e3)};
}

/* Steps too short to be told one by one still come once a batch: the time of
 * all steps, or 0. */
static double loop_steps(const struct loop *l)
{
	size_t kept = l->samples < LOOP_KEPT ? l->samples : LOOP_KEPT, best = 0;
	struct fold found = {0};
	double steps;

	for (size_t period = 2; period < LOOP_PERIODS && period * FEW_BATCHES <= kept; period++) {
		struct fold fold = loop_folded(l, kept, period, LOOP_LONGER * loop_typical(l));
		if (fold.sure <= fmax(found.sure, SURE))
			continue;
		found = fold;
		best = period;
	}
	steps = best ? found.longer_ns * (double)l->samples / (double)best : 0;
	return steps >= LEAST_STEPS * (double)l->rest_ns ? steps / 1e9 : 0;
}

/* After how many samples long rests come, in the order of the first samples; returns
 * how many there are. */
static size_t loop_spacings(const struct loop *l, uint32_t spacings[LOOP_KEPT])
{
	size_t kept = l->samples < LOOP_KEPT ? l->samples : LOOP_KEPT, count = 0, last = 0;
	double least = (double)loop_long(l);

	for (size_t i = 0; i < kept; i++) {
		if (l->rest[i] <= least)
			continue;
		if (last)
			spacings[count++] = (uint32_t)(i + 1 - last);
		last = i + 1;
	}
	return count;
}

static bool loop_sure(double matches, double count, double chance)
{
	return matches >= WHOLE * count &&
	       matches - count * chance >= UNLIKELY * sqrt(count * chance * (1 - chance));
}

#define ALIKE         32 /* so many times less is not counted between spacings */
#define FEW_SPACINGS  4
#define MOST_SPACINGS 512 /* that are compared with one another */

/* Samples that happen to lie one behind the other are counted as one. */
static bool loop_alike(uint32_t spacing, uint32_t other)
{
	uint32_t apart = spacing > other ? spacing - other : other - spacing;

	return apart <= other / ALIKE;
}

/* How many spacings are unlike `other`, but like the one that most of the rest are like, which
 * this becomes. */
static double loop_commonest(const uint32_t *spacings, size_t count, uint32_t other,
                             uint32_t *commonest)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		size_t same = 0;
		for (size_t k = 0; k < count && !loop_alike(spacings[i], other); k++)
			same += loop_alike(spacings[k], spacings[i]) &&
			        !loop_alike(spacings[k], other);
		if (same <= most)
			continue;
		most = same;
		*commonest = spacings[i];
	}
	return (double)most;
}

/* An epoch's last batch may be smaller: two numbers of samples are what nearly all batches have. */
static bool loop_two_sizes(const uint32_t *spacings, size_t count)
{
	uint32_t one = 0, other = 0;
	double matches, likes, all = 0;

	count = count < MOST_SPACINGS ? count : MOST_SPACINGS;
	if (count < FEW_SPACINGS)
		return false;
	for (size_t i = 0; i < count; i++)
		all += spacings[i];
	matches = loop_commonest(spacings, count, 0, &one);
	matches += loop_commonest(spacings, count, one, &other);
	likes = 2 + 2 * (one / ALIKE + other / ALIKE);
	/* One of each is what it is compared with. */
	return loop_sure(matches - 2, (double)count - 2, fmin(1, likes * (double)count / all));
}

/* Steps that are not all alike leave batches out where they are short: what is between
 * the long ones is still whole batches. */
static bool loop_whole_batches(const struct loop *l)
{
	uint32_t spacings[LOOP_KEPT];
	size_t all = loop_spacings(l, spacings);
	double count = (double)all;

	if (loop_two_sizes(spacings, all))
		return true;
	for (size_t period = 2; period < LOOP_PERIODS && count >= FEW_BATCHES; period++) {
		double whole = 0;
		for (size_t i = 0; i < all; i++)
			whole += spacings[i] % period == 0;
		if (loop_sure(whole, count, 1 / (double)period))
			return true;
	}
	return false;
}

/* Sums by buckets are scaled to the exact sum. */
struct loop_split loop_split(const struct loop *l)
{
	double prepare = 0, all = 0, typical = loop_typical(l), scale;

	if (l->faults * 2 > l->reads && l->maps < FEW_MAPS)
		return (struct loop_split){.prepare_s = (double)l->rest_ns / 1e9};
	if (l->irregular >= l->regular && !loop_whole_batches(l)) {
		double rest = (double)l->rest_ns / 1e9, steps = fmin(loop_steps(l), rest);
		return (struct loop_split){rest - steps, steps, steps > 0};
	}
	for (unsigned i = 0; i < LOOP_BUCKETS; i++) {
		double each = loop_middle(i);
		all += l->count[i] * each;
		prepare += l->count[i] * (each > LOOP_LONGER * typical ? typical : each);
	}
	scale = all > 0 ? (double)l->rest_ns / all / 1e9 : 0;
	return (struct loop_split){prepare * scale, (all - prepare) * scale, true};
}

/* Half of that beyond which nearly all time lies that is no I/O. */
static double loop_pause(const struct loop *stream)
{
	double all = 0, longer = 0;

	for (unsigned i = 0; i < LOOP_BUCKETS; i++)
		all += stream->count[i] * loop_middle(i);
	for (unsigned i = LOOP_BUCKETS; i-- > 0;) {
		longer += stream->count[i] * loop_middle(i);
		if (longer >= PAUSES * all)
			return loop_middle(i) / 2;
	}
	return 0;
}

/* The pauses between samples of a stream, as a loop: what goes on at once is left out. */
static void loop_pauses(const struct loop *stream, struct loop *pauses)
{
	size_t kept = stream->samples < LOOP_KEPT ? stream->samples : LOOP_KEPT;
	double least = loop_pause(stream);
	int64_t now = 1;

	for (size_t i = 0; i < kept; i++) {
		if (stream->rest[i] <= least)
			continue;
		loop_add(pauses, now, 0, true);
		now += (int64_t)stream->rest[i];
	}
	loop_add(pauses, now, 0, true);
	if (pauses->samples * AT_ONCE > kept * (AT_ONCE - 1))
		pauses->samples = 0;
}

double loop_stream_prepares(const struct loop_reads *r)
{
	struct loop *pauses = memory_get(1, sizeof *pauses);
	struct loop_split split = {0};

	loop_pauses(&r->stream, pauses);
	if (pauses->samples >= FEW_PAUSES)
		split = loop_split(pauses);
	free(pauses);
	return split.told && split.step_s > 0 ? split.prepare_s / (split.prepare_s + split.step_s)
	                                      : -1;
}
