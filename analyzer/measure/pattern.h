/* SPDX-License-Identifier: Apache-2.0
 *
 * How an access follows the last one of the same open handle. The four kinds
 * exclude each other, so their shares sum to 1.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/wrap.h"

enum access {
	ACCESS_CONSECUTIVE, /* begins where the last one ended; a handle's first: at offset 0 */
	ACCESS_SEQUENTIAL,  /* begins further on */
	ACCESS_STRIDED,     /* the same distance, not 0, as the access before */
	ACCESS_RANDOM,      /* anything else */
	ACCESSES,
};

/* Counts of accesses and their bytes by kind. */
struct pattern {
	uint64_t count[ACCESSES], bytes[ACCESSES];
	uint64_t aligned; /* of them, with an offset and a size of whole pages of 4 KiB */
};

/* The last access of each open handle. Handles are never used again and so
 * never stop coming: the table keeps the recent ones, a fixed number. It is
 * direct-mapped: numbers of open handles are near each other, so recent ones
 * rarely meet in a slot, and a handle that lost its slot only counts as just
 * opened. */
#define HANDLE_SLOTS 65536u

struct handle_slot {
	uint32_t process, handle; /* handle 0 = free */
	bool write;
	int64_t end, distance;
};

struct handles {
	struct handle_slot slots[HANDLE_SLOTS];
};

/* From random to sequential. */
#define PATTERN_AHEAD (ACCESS_RANDOM - ACCESS_SEQUENTIAL)

struct handles *handles_new(void);
void handles_free(struct handles *handles);

struct step {
	int64_t distance; /* from the end of the last access, in bytes; 0 for a first one */
	enum access kind;
};

/* How this access follows the one that stands in the slot, if that was the same
 * handle's; remembers it there. Offset and length in bytes. Inline: it stands in the
 * loop over all events. */
static inline struct step handle_access(struct handle_slot *slot, uint32_t process, uint32_t handle,
                                        bool write, int64_t offset, int64_t length)
{
	int64_t distance = wrap_subtract((uint64_t)offset, (uint64_t)slot->end);
	int64_t last = slot->distance, end = wrap_add((uint64_t)offset, (uint64_t)length);

	if (slot->handle != handle || slot->process != process || slot->write != write) {
		*slot = (struct handle_slot){process, handle, write, end, 0};
		return (struct step){0, offset == 0 ? ACCESS_CONSECUTIVE : ACCESS_RANDOM};
	}
	slot->distance = distance;
	slot->end = end;
	if (distance == 0)
		return (struct step){0, ACCESS_CONSECUTIVE};
	if (distance == last)
		return (struct step){distance, ACCESS_STRIDED};
	/* No branch, which would be guessed wrong half the time in random reads. */
	return (struct step){distance,
	                     (enum access)(ACCESS_RANDOM - PATTERN_AHEAD * (distance > 0))};
}

/* Up to a large folio around it comes with a page that is in memory: faults so far apart
 * are no strides, a program that touches every page takes them just the same. */
#define PATTERN_FOLIO (2 << 20)

static inline enum access step_of_fault(struct step step)
{
	bool near = step.distance > 0 && step.distance < PATTERN_FOLIO;

	return step.kind == ACCESS_STRIDED && near ? ACCESS_SEQUENTIAL : step.kind;
}

/* Likewise, after the last access of its handle that is remembered. */
static inline struct step handles_access(struct handles *handles, uint32_t process, uint32_t handle,
                                         bool write, int64_t offset, int64_t length)
{
	uint32_t at = (handle * 2 + write + process * 40503u) % HANDLE_SLOTS;

	return handle_access(&handles->slots[at], process, handle, write, offset, length);
}

static inline void pattern_count(struct pattern *p, enum access kind, int64_t length,
                                 uint64_t offset, uint64_t size)
{
	p->count[kind]++;
	p->bytes[kind] += (uint64_t)length;
	p->aligned += !((offset | size) & 4095);
}

void pattern_add(struct pattern *to, const struct pattern *from);
void pattern_subtract(struct pattern *to, const struct pattern *from);
uint64_t pattern_total(const struct pattern *pattern);

/* Shares of operations, of bytes, and of operations that are aligned; 0 where
 * empty. */
double pattern_share(const struct pattern *pattern, enum access kind);
double pattern_byte_share(const struct pattern *pattern, enum access kind);
double pattern_aligned(const struct pattern *pattern);

/* "sequential", "strided", "random", "mixed", or "none" where empty. */
const char *pattern_class(const struct pattern *pattern);

#endif
