/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/shape.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SHAPES_PLACES 64u /* at first */

_Static_assert(sizeof(struct shape) == 28, "shapes have no padding");

struct shapes *shapes_new(void)
{
	struct shapes *shapes = memory_get(1, sizeof *shapes);

	shapes->count = 1;
	shapes->place_count = SHAPES_PLACES;
	shapes->places = memory_get(shapes->place_count, sizeof *shapes->places);
	pthread_mutex_init(&shapes->lock, NULL);
	return shapes;
}

void shapes_free(struct shapes *shapes)
{
	if (!shapes)
		return;
	for (size_t i = 0; i * SHAPES_CHUNK < shapes->count; i++)
		free(shapes->chunks[i]);
	free(shapes->places);
	pthread_mutex_destroy(&shapes->lock);
	free(shapes);
}

static bool shape_equal(const struct shape *a, const struct shape *b)
{
	return !memcmp(a, b, sizeof *a);
}

static uint32_t shape_hash(const struct shape *shape)
{
	uint64_t words[4] = {0}, hash;

	memcpy(words, shape, sizeof *shape);
	hash = words[0] * UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ hash >> 29 ^ words[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ hash >> 32 ^ words[2]) * UINT64_C(0x94d049bb133111eb);
	hash = (hash ^ hash >> 29 ^ words[3]) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(hash >> 32);
}

/* The place where a shape is, or would be. */
static uint32_t *shapes_place(const struct shapes *shapes, const struct shape *shape, uint32_t hash)
{
	uint32_t mask = shapes->place_count - 1, at = hash & mask;

	while (shapes->places[at] && !shape_equal(shapes_at(shapes, shapes->places[at]), shape))
		at = (at + 1) & mask;
	return &shapes->places[at];
}

static void shapes_widen(struct shapes *shapes)
{
	free(shapes->places);
	shapes->place_count *= 2;
	shapes->places = memory_get(shapes->place_count, sizeof *shapes->places);
	for (uint32_t i = 1; i < shapes->count; i++) {
		const struct shape *shape = shapes_at(shapes, i);
		*shapes_place(shapes, shape, shape_hash(shape)) = i;
	}
}

static uint32_t shapes_append(struct shapes *shapes, const struct shape *shape, uint32_t hash)
{
	uint32_t number = shapes->count;
	struct shape **chunk = &shapes->chunks[number / SHAPES_CHUNK];

	if (number == SHAPES_MOST - 1)
		return 0;
	if (2 * number > shapes->place_count)
		shapes_widen(shapes);
	if (!*chunk)
		*chunk = memory_get(SHAPES_CHUNK, sizeof **chunk);
	(*chunk)[number % SHAPES_CHUNK] = *shape;
	*shapes_place(shapes, shape, hash) = number;
	return shapes->count++;
}

uint32_t shapes_add(struct shapes *shapes, struct shapes_near *near, const struct shape *shape)
{
	uint32_t hash = shape_hash(shape), number;
	size_t at = hash >> 26;

	if (near->number[at] && shape_equal(&near->shape[at], shape))
		return near->number[at];
	pthread_mutex_lock(&shapes->lock);
	number = *shapes_place(shapes, shape, hash);
	if (!number)
		number = shapes_append(shapes, shape, hash);
	pthread_mutex_unlock(&shapes->lock);
	near->shape[at] = *shape;
	near->number[at] = number;
	return number;
}
