/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/way.h"

#include <fcntl.h>
#include <stddef.h>

#include "aiotrace/format.h"
#include "base/wrap.h"

enum { WAY_ASKS = WAYS };

static const uint8_t way_of_class[] = {
        [AIOT_CLASS_META] = WAY_ASKS, [AIOT_CLASS_OPEN] = WAY_READ,   [AIOT_CLASS_CLOSE] = WAY_ASKS,
        [AIOT_CLASS_READ] = WAY_READ, [AIOT_CLASS_WRITE] = WAY_WRITE, [AIOT_CLASS_SEEK] = WAY_ASKS,
        [AIOT_CLASS_DUP] = WAY_ASKS,  [AIOT_CLASS_SYNC] = WAY_WRITE,  [AIOT_CLASS_MAP] = WAY_READ,
};

void way_turn(struct ways *w, const struct way_times *t)
{
	bool read_first = t->first[WAY_READ] < t->first[WAY_WRITE];
	int64_t end = t->last[read_first ? WAY_READ : WAY_WRITE];
	int64_t begin = t->first[read_first ? WAY_WRITE : WAY_READ];
	int64_t done = t->last[read_first ? WAY_WRITE : WAY_READ];

	w->before = read_first ? WAY_READ : WAY_WRITE;
	w->turn = w->back = 0;
	if (!t->first[WAY_READ] || !t->first[WAY_WRITE]) {
		w->before = t->first[WAY_READ] ? WAY_READ : WAY_WRITE;
		return;
	}
	w->back = end > done ? done : 0;
	if (end > begin) /* one within the other */
		w->turn = begin;
	else if (w->folder && !read_first) /* is listed before it is read */
		w->turn = end;
	else
		w->turn = end + wrap_subtract((uint64_t)begin, (uint64_t)end) / 2;
}

static uint8_t way_by_time(const struct ways *w, int64_t start)
{
	if (!w->turn || start < w->turn || (w->back && start > w->back))
		return w->before;
	return w->before == WAY_READ ? WAY_WRITE : WAY_READ;
}

static void way_opens(struct way_handles *h, const struct way_event *e, uint8_t way)
{
	bool both = (e->aux & O_ACCMODE) == O_RDWR;

	if (h && e->handle)
		h->slots[e->handle % WAY_HANDLES] = e->handle << 2 | (both ? 0u : way + 1u);
}

static bool way_opened(const struct way_handles *h, uint32_t handle, uint8_t *way)
{
	uint32_t slot = h && handle ? h->slots[handle % WAY_HANDLES] : 0;

	if (slot >> 2 != handle || !(slot & 3))
		return false;
	*way = (uint8_t)((slot & 3) - 1);
	return true;
}

uint8_t way_stage(const struct ways *w, struct way_handles *handles, const struct way_event *e)
{
	uint8_t way = e->class < sizeof way_of_class ? way_of_class[e->class] : WAY_ASKS;

	if (w->copies && e->copies)
		return AIOT_STAGE_CHECKPOINT;
	if (w->folder)
		return w->stage[way_by_time(w, e->start)];
	if (e->class == AIOT_CLASS_OPEN) {
		way = (e->aux & O_ACCMODE) != O_RDONLY ? WAY_WRITE : WAY_READ;
		way_opens(handles, e, way);
	}
	if (way == WAY_ASKS && !way_opened(handles, e->handle, &way))
		way = way_by_time(w, e->start);
	return w->stage[way];
}
