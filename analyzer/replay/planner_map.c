/* SPDX-License-Identifier: Apache-2.0
 *
 * Mappings of a plan: which opening an address is of, and where in its file it lies.
 */
#include <sys/mman.h>

#include "base/memory.h"
#include "replay/planner.h"

/* What is written through: only of these anything is asked by address. */
static bool planner_map_shared(const struct happening *h)
{
	return (h->aux & PROT_WRITE) && (h->aux >> 8 & MAP_TYPE) != MAP_PRIVATE;
}

#define MAPPINGS 1024 /* of a process, that addresses are looked for in */

/* Beyond so many the last one is forgotten. */
static void planner_map_add(struct planner *p, const struct happening *h, struct mapping is)
{
	struct process_state *s = &p->processes[h->process->number];
	size_t i = 0;

	while (i < s->mapping_count && i < MAPPINGS - 1 && s->mappings[i].address != is.address)
		i++;
	if (i == s->mapping_count)
		s->mappings = memory_grow(s->mappings, s->mapping_count++, &s->mapping_room,
		                          sizeof *s->mappings);
	s->mappings[i] = is;
}

void planner_mapped(struct planner *p, const struct happening *h, uint32_t opening)
{
	uint64_t address = (uint64_t)h->result;

	id_table_set(planner_table(&p->processes[h->process->number].maps),
	             (uint32_t)(address >> 12), opening + 1);
	planner_state(p, opening)->mapped = true;
	planner_state(p, opening)->mappings += planner_state(p, opening)->mappings < UINT16_MAX;
	if (planner_map_shared(h))
		planner_map_add(p, h,
		                (struct mapping){address, h->size,
		                                 h->offset > 0 ? (uint64_t)h->offset : 0, opening,
		                                 true});
}

uint32_t planner_unmapped(struct planner *p, const struct happening *h)
{
	struct process_state *s = &p->processes[h->process->number];
	uint64_t address = (uint64_t)h->offset;

	for (size_t i = 0; i < s->mapping_count; i++)
		if (s->mappings[i].address == address) {
			s->mappings[i] = s->mappings[--s->mapping_count];
			break;
		}
	return s->maps ? id_table_get(s->maps, (uint32_t)(address >> 12)) : 0;
}

uint32_t planner_remapped(struct planner *p, const struct happening *h)
{
	struct process_state *s = &p->processes[h->process->number];
	uint64_t address = (uint64_t)h->offset;
	uint32_t known = s->maps ? id_table_get(s->maps, (uint32_t)(address >> 12)) : 0;

	if (known)
		id_table_set(s->maps, (uint32_t)((uint64_t)h->result >> 12), known);
	for (size_t i = 0; known && i < s->mapping_count; i++)
		if (s->mappings[i].address == address) {
			s->mappings[i].address = (uint64_t)h->result;
			s->mappings[i].size = h->size;
		}
	return known;
}

static const struct mapping *planner_map_find(const struct process_state *s, uint64_t address)
{
	for (size_t i = s->mapping_count; i--;)
		if (address - s->mappings[i].address < s->mappings[i].size)
			return &s->mappings[i];
	return NULL;
}

/* A child has those of the process that it was forked from. */
static const struct mapping *planner_map_known(struct planner *p, const struct happening *h)
{
	const struct process *process = h->process;
	const struct mapping *m = NULL;

	for (int depth = 0; process && depth < 64; depth++) {
		m = planner_map_find(&p->processes[process->number], (uint64_t)h->offset);
		if (m || process->origin != AIOT_ORIGIN_FORK)
			break;
		process = planner_parent(p, process);
	}
	return m;
}

uint32_t planner_map_of(struct planner *p, const struct happening *h)
{
	const struct mapping *m = planner_map_known(p, h);

	return m ? m->opening + 1 : 0;
}

/* One that was mapped out of sight: all of the file is synced. */
static uint32_t planner_map_implicit(struct planner *p, struct happening *h)
{
	uint64_t address = (uint64_t)h->offset;
	uint32_t opening;

	h->offset = 0;
	opening = planner_opening(p, h);
	planner_map_add(p, h, (struct mapping){address, h->size, 0, opening, false});
	return opening;
}

uint32_t planner_map_opening(struct planner *p, struct happening *h)
{
	const struct mapping *m = planner_map_known(p, h);
	uint64_t inside;

	if (!m) {
		uint32_t opening = planner_map_implicit(p, h);
		h->size = 0;
		return opening;
	}
	inside = (uint64_t)h->offset - m->address;
	h->offset = m->placed ? (int64_t)(m->at + inside) : 0;
	h->size = m->placed ? h->size : 0;
	return m->opening;
}
