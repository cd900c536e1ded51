/* SPDX-License-Identifier: Apache-2.0
 *
 * Access patterns inside files. The handle table is direct-mapped: numbers of
 * open handles are near each other, so recent ones rarely meet in a slot, and
 * a handle that lost its slot only counts as just opened.
 */
#include "pattern.h"

#include <stdlib.h>

#include "memory.h"
#include "wrap.h"

#define SLOTS 65536u

struct slot {
	uint32_t process, handle; /* handle 0 = free */
	bool write;
	int64_t end, distance;
};

struct handles {
	struct slot slots[SLOTS];
};

struct handles *handles_new(void)
{
	return memory_get(1, sizeof(struct handles));
}

void handles_free(struct handles *handles)
{
	free(handles);
}

static enum access handles_first(struct slot *slot, int64_t offset, int64_t length)
{
	slot->end = wrap_add((uint64_t)offset, (uint64_t)length);
	slot->distance = 0;
	return offset == 0 ? ACCESS_CONSECUTIVE : ACCESS_RANDOM;
}

enum access handles_access(struct handles *handles, uint32_t process, uint32_t handle, bool write,
                           int64_t offset, int64_t length)
{
	uint32_t at = (handle * 2 + write + process * 40503u) % SLOTS;
	struct slot *slot = &handles->slots[at];
	int64_t distance = wrap_subtract((uint64_t)offset, (uint64_t)slot->end), last;

	if (slot->handle != handle || slot->process != process || slot->write != write) {
		*slot = (struct slot){.process = process, .handle = handle, .write = write};
		return handles_first(slot, offset, length);
	}
	last = slot->distance;
	slot->distance = distance;
	slot->end = wrap_add((uint64_t)offset, (uint64_t)length);
	if (distance == 0)
		return ACCESS_CONSECUTIVE;
	if (distance == last)
		return ACCESS_STRIDED;
	return distance > 0 ? ACCESS_SEQUENTIAL : ACCESS_RANDOM;
}

void pattern_add(struct pattern *to, const struct pattern *from)
{
	for (int i = 0; i < ACCESSES; i++)
		to->count[i] += from->count[i];
}

uint64_t pattern_total(const struct pattern *pattern)
{
	uint64_t total = 0;

	for (int i = 0; i < ACCESSES; i++)
		total += pattern->count[i];
	return total;
}

double pattern_share(const struct pattern *pattern, enum access kind)
{
	uint64_t total = pattern_total(pattern);

	return total ? (double)pattern->count[kind] / (double)total : 0;
}

const char *pattern_class(const struct pattern *pattern)
{
	double forward = pattern_share(pattern, ACCESS_CONSECUTIVE) +
	                 pattern_share(pattern, ACCESS_SEQUENTIAL);

	if (!pattern_total(pattern))
		return "none";
	if (forward >= 0.9)
		return "sequential";
	if (pattern_share(pattern, ACCESS_STRIDED) >= 0.5)
		return "strided";
	return forward < 0.5 ? "random" : "mixed";
}
