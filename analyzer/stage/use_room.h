/* SPDX-License-Identifier: Apache-2.0
 *
 * Room for records of use while they are made, which are large: of one process for each
 * thread, and of large ones not of all threads at a time.
 */
#ifndef USE_ROOM_H
#define USE_ROOM_H

#include <stddef.h>

#include "stage/use.h"

struct use_rooms;

struct use_rooms *use_rooms_new(unsigned workers);
void use_rooms_free(struct use_rooms *rooms);

/* For a process of so many files, zeroed; may wait for room that others give back. One at a
 * time by each worker. */
struct use *use_room(struct use_rooms *rooms, size_t files, unsigned worker);
void use_room_back(struct use_rooms *rooms, size_t files, struct use *uses);

#endif
