/* SPDX-License-Identifier: Apache-2.0
 *
 * From a trace's ids to indices. Ids are small and dense when a writer made
 * them, so an array answers; ids out of range go to a hash table, so that a
 * damaged one cannot ask for gigabytes.
 */
#ifndef ID_TABLE_H
#define ID_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct far_id;

struct id_table {
	uint32_t *near;
	size_t room;
	bool shared; /* near is: each id is its own index there */
	struct far_id *far;
};

struct id_table *id_table_new(void);
void id_table_free(struct id_table *table);
void id_table_set(struct id_table *table, uint32_t id, uint32_t index);

/* Gives back room beyond the last id, and all of it where ids are their own indices, which
 * many tables say alike. Not by several threads at a time. */
void id_table_trim(struct id_table *table);

uint32_t id_table_get_far(const struct id_table *table, uint64_t id);

/* 0 where the id was never set. Inline: it stands in every loop over events. */
static inline uint32_t id_table_get(const struct id_table *table, uint64_t id)
{
	return id < table->room ? table->near[id] : id_table_get_far(table, id);
}

#endif
