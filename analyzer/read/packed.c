/* SPDX-License-Identifier: Apache-2.0
 *
 * A byte says what is as in the one before; numbers follow, small ones in few bytes.
 */
#include "read/packed.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/wrap.h"

#define PACKED_MOST  64u /* bytes of one, at most */
#define PACKED_LEAST 256u

enum packed_flag {
	PACKED_WRITE = 1,
	PACKED_CACHED = 2, /* the first of two bits */
	PACKED_NAME = 8,   /* another name */
	PACKED_MOUNT = 16, /* another mount */
	PACKED_AROUND = 32,
};

static uint8_t *packed_put(uint8_t *to, uint64_t number)
{
	for (; number >= 128; number >>= 7)
		*to++ = (uint8_t)(number | 128);
	*to++ = (uint8_t)number;
	return to;
}

static const uint8_t *packed_get(const uint8_t *from, uint64_t *number)
{
	unsigned shift = 7;

	*number = *from & 127;
	for (; *from++ & 128; shift += 7)
		*number |= (uint64_t)(*from & 127) << shift;
	return from;
}

/* Small ones of either sign become small. */
static uint64_t packed_fold(uint64_t number)
{
	return number << 1 ^ (uint64_t) - (number >> 63);
}

static uint64_t packed_unfold(uint64_t number)
{
	return number >> 1 ^ (uint64_t) - (number & 1);
}

/* Where the next one is expected to begin in its file. */
static uint64_t packed_offset(const struct span *last, uint8_t flags)
{
	return flags & PACKED_NAME ? 0 : (uint64_t)last->offset + last->bytes;
}

static void packed_move(struct packed *p, size_t room)
{
	size_t used = p->end - p->begin;

	if (p->begin)
		memmove(p->bytes, p->bytes + p->begin, used);
	p->begin = 0;
	p->end = used;
	if (room != p->room)
		p->bytes = memory_again(p->bytes, room);
	p->room = room;
}

static void packed_more(struct packed *p)
{
	size_t used = p->end - p->begin;

	packed_move(p, 2 * used < p->room ? p->room : PACKED_LEAST + p->room * 3 / 2);
}

void packed_add(struct packed *p, struct span s)
{
	uint8_t flags = (uint8_t)((s.write ? PACKED_WRITE : 0) | (s.cached & 3) * PACKED_CACHED);
	uint8_t *to;

	if (p->room - p->end < PACKED_MOST)
		packed_more(p);
	flags |= s.name != p->in.name ? PACKED_NAME : 0;
	flags |= s.mount != p->in.mount ? PACKED_MOUNT : 0;
	flags |= s.around ? PACKED_AROUND : 0;
	to = p->bytes + p->end;
	*to++ = flags;
	to = packed_put(to, packed_fold((uint64_t)s.start - (uint64_t)p->in.start));
	to = packed_put(to, packed_fold((uint64_t)s.end - (uint64_t)s.start));
	to = packed_put(to, s.bytes);
	to = packed_put(to, packed_fold((uint64_t)s.offset - packed_offset(&p->in, flags)));
	if (flags & PACKED_NAME)
		to = packed_put(to, s.name);
	if (flags & PACKED_MOUNT)
		to = packed_put(to, s.mount);
	p->end = (size_t)(to - p->bytes);
	p->in = s;
}

bool packed_take(struct packed *p, int64_t before, struct span *span)
{
	const uint8_t *from = p->bytes + p->begin;
	uint64_t start, length, bytes, offset, name = p->out.name, mount = p->out.mount;
	uint8_t flags;

	if (p->begin == p->end)
		return false;
	flags = *from++;
	from = packed_get(from, &start);
	start = packed_unfold(start) + (uint64_t)p->out.start;
	if ((int64_t)start >= before)
		return false;
	from = packed_get(from, &length);
	from = packed_get(from, &bytes);
	from = packed_get(from, &offset);
	if (flags & PACKED_NAME)
		from = packed_get(from, &name);
	if (flags & PACKED_MOUNT)
		from = packed_get(from, &mount);
	*span = (struct span){
	        .start = (int64_t)start,
	        .end = (int64_t)(start + packed_unfold(length)),
	        .bytes = bytes,
	        .offset = (int64_t)(packed_unfold(offset) + packed_offset(&p->out, flags)),
	        .name = (uint32_t)name,
	        .mount = (uint16_t)mount,
	        .write = flags & PACKED_WRITE,
	        .cached = flags / PACKED_CACHED & 3,
	        .around = (flags & PACKED_AROUND) != 0,
	};
	p->begin = (size_t)(from - p->bytes);
	p->out = *span;
	return true;
}

void packed_trim(struct packed *p)
{
	size_t used = p->end - p->begin;

	if (!used)
		packed_free(p);
	else if (p->room > used + used / 4 + PACKED_LEAST)
		packed_move(p, used + PACKED_MOST);
}

void packed_free(struct packed *p)
{
	free(p->bytes);
	p->bytes = NULL;
	p->begin = p->end = p->room = 0;
}
