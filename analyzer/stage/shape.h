/* SPDX-License-Identifier: Apache-2.0
 *
 * What plain uses of files have in common (use.h): how many reads there were and how they
 * followed each other. There are few such shapes, however many uses.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* Without padding, for shapes are compared by their bytes. */
struct shape {
	uint16_t reads, begins, returns, opens;
	uint16_t consecutive, aligned; /* of the pattern */
	uint16_t first_top, last_top;  /* of times, what slots have no room for */
	uint32_t read_bytes;           /* where it is not the slot's end passes times */
	uint16_t passes;               /* 0: read_bytes counts */
	uint16_t evidence[3];
};

#define SHAPES_CHUNK 4096u
#define SHAPES_MOST  (UINT32_C(1) << 28)

/* Shapes stay where they are, so that some are read while others are added. */
struct shapes {
	struct shape *chunks[SHAPES_MOST / SHAPES_CHUNK];
	uint32_t count;                /* the first is unused */
	uint32_t *places, place_count; /* numbers, by hash; a power of two */
	pthread_mutex_t lock;
};

/* The latest shapes of one thread, found without waiting for others. All zero is empty. */
struct shapes_near {
	struct shape shape[64];
	uint32_t number[64];
};

struct shapes *shapes_new(void);
void shapes_free(struct shapes *shapes);

/* The shape's number, from 1; 0: there is no room for more. By several threads at a time,
 * each with a `near` of its own. */
uint32_t shapes_add(struct shapes *shapes, struct shapes_near *near, const struct shape *shape);

/* The one with that number. */
static inline const struct shape *shapes_at(const struct shapes *shapes, uint32_t number)
{
	return &shapes->chunks[number / SHAPES_CHUNK][number % SHAPES_CHUNK];
}

#endif
