/* SPDX-License-Identifier: Apache-2.0
 *
 * The program and its libraries in memory: which of them holds an address.
 * Asked of the dynamic loader without its lock (_dl_find_object, glibc 2.35):
 * any thread, signal-safe, also in a child that was forked while another
 * thread held that lock.
 */
#ifndef PRELOAD_NATIVE_OBJECT_H
#define PRELOAD_NATIVE_OBJECT_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

struct object {
	uintptr_t begin, end;
	const struct link_map *map;
	const uint8_t *frames; /* .eh_frame_hdr, or NULL */
	uint64_t identity;     /* tells it from others, also of the same place before or after */
};

/* Returns whether objects can be asked for. */
bool object_prepare(void);

/* Fills *object; false where `address` is in none. */
bool object_find(uintptr_t address, struct object *object);

/* Whether `address` is in it. */
static inline bool object_has(const struct object *object, uintptr_t address)
{
	return address - object->begin < object->end - object->begin;
}

/* Its build id in its memory; NULL where it has none. */
const uint8_t *object_build_id(const struct object *object, uint32_t *bytes);

#endif
