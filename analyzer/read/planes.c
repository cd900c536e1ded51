/* SPDX-License-Identifier: Apache-2.0
 *
 * Planes are joined and transforms undone in plain loops that a compiler can
 * turn into vector code, a tile of rows at a time, which stays in the nearest
 * cache in between.
 */
#include "read/planes.h"

#include "base/vector.h"

#define PLANES_TILE 1024u

VECTOR void planes_write(uint64_t *u, uint32_t count, uint64_t value)
{
	for (uint32_t i = 0; i < count; i++)
		u[i] = value;
}

/* u, or the value of a plain column, of rows from begin on, n of them. */
VECTOR static void planes_join(uint64_t *restrict u, const struct planes *p, uint32_t begin,
                               uint32_t n)
{
	const uint8_t *a = p->bytes[0] + begin, *b, *c;
	unsigned first = p->bit[0], second = p->bit[1], third = p->bit[2];
	uint64_t shared = p->shared;

	b = p->count > 1 ? p->bytes[1] + begin : a;
	c = p->count > 2 ? p->bytes[2] + begin : a;
	if (p->count == 1)
		for (uint32_t i = 0; i < n; i++)
			u[i] = shared + ((uint64_t)a[i] << first);
	else if (p->count == 2)
		for (uint32_t i = 0; i < n; i++)
			u[i] = shared + ((uint64_t)a[i] << first) + ((uint64_t)b[i] << second);
	else
		for (uint32_t i = 0; i < n; i++)
			u[i] = shared + ((uint64_t)a[i] << first) + ((uint64_t)b[i] << second) +
			       ((uint64_t)c[i] << third);
	for (unsigned k = 3; k < p->count; k++) {
		const uint8_t *more = p->bytes[k] + begin;
		for (uint32_t i = 0; i < n; i++)
			u[i] += (uint64_t)more[i] << p->bit[k];
	}
}

static uint64_t planes_delta(uint64_t *v, uint32_t count, uint64_t base)
{
	for (uint32_t i = 0; i < count; i++)
		v[i] = base += planes_zigzag(v[i]);
	return base;
}

static uint64_t planes_gap(uint64_t *restrict v, const uint64_t *restrict duration, uint32_t count,
                           uint64_t base, unsigned shift)
{
	for (uint32_t i = 0; i < count; i++) {
		v[i] = base + (planes_zigzag(v[i]) << shift);
		base = v[i] + duration[i];
	}
	return base;
}

VECTOR static void planes_short(uint64_t *restrict v, const uint64_t *restrict size, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		v[i] = size[i] - planes_zigzag(v[i]);
}

/* FORMAT.md, "N": where the handle's next access would begin. */
static void planes_advance(uint64_t *slot, uint64_t offset, uint64_t size, uint64_t result)
{
	if (size == 0)
		*slot = (int64_t)result > 0 ? result : 0;
	else if ((int64_t)result >= 0 && result <= size)
		*slot = offset + result;
}

static void planes_next(struct batch *b, uint64_t *next, uint32_t begin, uint32_t end,
                        unsigned shift)
{
	const uint64_t *flags = b->column[AIOT_COLUMN_FLAGS], *size = b->column[AIOT_COLUMN_SIZE];
	const uint64_t *handle = b->column[AIOT_COLUMN_HANDLE];
	const uint64_t *result = b->column[AIOT_COLUMN_RESULT];
	uint64_t *v = b->column[AIOT_COLUMN_OFFSET];

	for (uint32_t i = begin; i < end; i++) {
		uint64_t *slot = &next[handle[i] % AIOT_NEXT_SLOTS];
		if (flags[i] & AIOT_EVENT_NO_OFFSET)
			continue;
		v[i] = *slot + (planes_zigzag(v[i]) << shift);
		planes_advance(slot, v[i], size[i], result[i]);
	}
}

/* What a transform carries from row to row. */
struct planes_carried {
	uint64_t base;
	uint64_t next[AIOT_NEXT_SLOTS];
};

static void planes_transform(const struct aiot_column_head *h, struct batch *b,
                             struct planes_carried *carried, uint32_t begin, uint32_t n)
{
	uint64_t *v = b->column[h->column] + begin;

	switch (h->transform) {
	case AIOT_TRANSFORM_PLAIN: break; /* as joined */
	case AIOT_TRANSFORM_DELTA: carried->base = planes_delta(v, n, carried->base); break;
	case AIOT_TRANSFORM_GAP:
		carried->base = planes_gap(v, b->column[AIOT_COLUMN_DURATION] + begin, n,
		                           carried->base, h->shift);
		break;
	case AIOT_TRANSFORM_SHORT: planes_short(v, b->column[AIOT_COLUMN_SIZE] + begin, n); break;
	default: planes_next(b, carried->next, begin, begin + n, h->shift);
	}
}

void planes_list(const struct aiot_column_head *h, const struct planes *planes, uint64_t *values,
                 uint32_t count)
{
	if (planes->count)
		planes_join(values, planes, 0, count);
	else
		planes_write(values, count, planes->shared);
	if (h->transform == AIOT_TRANSFORM_DELTA)
		planes_delta(values, count, h->base);
}

void planes_undo(const struct aiot_column_head *h, const struct planes *planes, struct batch *b)
{
	struct planes_carried carried = {.base = h->base};

	for (uint32_t begin = 0; begin < b->count; begin += PLANES_TILE) {
		uint32_t n = b->count - begin < PLANES_TILE ? b->count - begin : PLANES_TILE;
		if (planes->count)
			planes_join(b->column[h->column] + begin, planes, begin, n);
		else
			planes_write(b->column[h->column] + begin, n, planes->shared);
		planes_transform(h, b, &carried, begin, n);
	}
}

VECTOR uint32_t planes_rest(const uint8_t *codes, uint32_t count, uint8_t most)
{
	uint32_t n = 0, beyond = 0;

	for (uint32_t i = 0; i < count; i++) {
		n += codes[i] == AIOT_CODE_REST;
		beyond |= codes[i] > most;
	}
	return beyond ? UINT32_MAX : n;
}

static void planes_again(const uint8_t *codes, const uint64_t *rest, uint64_t *v, uint32_t count,
                         uint64_t last)
{
	uint32_t i = 0;

	for (; i < count && codes[i] != AIOT_CODE_REST; i++)
		v[i] = last;
	if (i < count)
		v[i++] = *rest;
	/* No branch: which rows are like those before is anybody's guess. */
	for (; i < count; i++) {
		rest += codes[i] == AIOT_CODE_REST;
		v[i] = *rest;
	}
}

/* FORMAT.md, "Slots": rows of one handle come one behind the other, and have its value in a
 * register in between. */
struct planes_slots {
	uint64_t values[AIOT_SLOTS];
	uint32_t handles[AIOT_SLOTS];
};

static uint64_t planes_slot(const struct planes_slots *slots, uint32_t handle)
{
	uint32_t at = handle % AIOT_SLOTS;

	return slots->handles[at] == handle ? slots->values[at] : 0;
}

static void planes_slot_set(struct planes_slots *slots, uint32_t handle, uint64_t value)
{
	slots->values[handle % AIOT_SLOTS] = value;
	slots->handles[handle % AIOT_SLOTS] = handle;
}

static void planes_sized(const uint8_t *codes, const uint64_t *rest, struct batch *b)
{
	const uint64_t *handles = b->column[AIOT_COLUMN_HANDLE];
	uint64_t *v = b->column[AIOT_COLUMN_SIZE];
	struct planes_slots slots = {0};

	for (uint32_t i = 0; i < b->count;) {
		uint32_t handle = (uint32_t)handles[i];
		uint64_t value = planes_slot(&slots, handle);
		for (; i < b->count && (uint32_t)handles[i] == handle; i++) {
			if (codes[i] == AIOT_CODE_REST)
				value = *rest++;
			v[i] = codes[i] == AIOT_CODE_USUAL ? 0 : value;
		}
		planes_slot_set(&slots, handle, value);
	}
}

static void planes_whole(const uint8_t *codes, const uint64_t *rest, struct batch *b)
{
	const uint64_t *size = b->column[AIOT_COLUMN_SIZE];
	uint64_t *v = b->column[AIOT_COLUMN_RESULT], last[2] = {0};

	for (uint32_t i = 0; i < b->count; i++) {
		switch (codes[i]) {
		case AIOT_CODE_USUAL: v[i] = size[i]; break;
		case AIOT_CODE_REST: v[i] = size[i] - planes_zigzag(*rest++); break;
		case AIOT_CODE_GIVEN: v[i] = last[0]; break;
		case AIOT_CODE_FAILED: v[i] = last[1]; break;
		default: v[i] = 0;
		}
		if (!size[i] && v[i])
			last[(int64_t)v[i] < 0] = v[i];
	}
}

static void planes_follow(const uint8_t *codes, const uint64_t *rest, unsigned shift,
                          struct batch *b)
{
	const uint64_t *flags = b->column[AIOT_COLUMN_FLAGS], *size = b->column[AIOT_COLUMN_SIZE];
	const uint64_t *handles = b->column[AIOT_COLUMN_HANDLE];
	const uint64_t *result = b->column[AIOT_COLUMN_RESULT];
	uint64_t *v = b->column[AIOT_COLUMN_OFFSET], value = 0;
	struct planes_slots slots = {0};
	uint32_t handle = 0; /* whose value it is */

	for (uint32_t i = 0; i < b->count; i++) {
		uint64_t distance =
		        codes[i] == AIOT_CODE_REST ? planes_zigzag(*rest++) << shift : 0;
		if (flags[i] & AIOT_EVENT_NO_OFFSET) {
			v[i] = distance;
			continue;
		}
		if ((uint32_t)handles[i] != handle) {
			planes_slot_set(&slots, handle, value);
			handle = (uint32_t)handles[i];
			value = planes_slot(&slots, handle);
		}
		v[i] = value + distance;
		planes_advance(&value, v[i], size[i], result[i]);
	}
}

void planes_decode(const struct aiot_column_head *h, const uint8_t *codes, const uint64_t *rest,
                   struct batch *b)
{
	switch (h->transform) {
	case AIOT_TRANSFORM_SIZED: planes_sized(codes, rest, b); break;
	case AIOT_TRANSFORM_WHOLE: planes_whole(codes, rest, b); break;
	case AIOT_TRANSFORM_FOLLOW: planes_follow(codes, rest, h->shift, b); break;
	default: planes_again(codes, rest, b->column[h->column], b->count, h->base);
	}
}
