/* SPDX-License-Identifier: Apache-2.0
 *
 * How far threads have read a file that changes, and what made it shorter or longer:
 * a read that met the file's end needs that end where it was.
 */
#ifndef REPLAY_REACH_H
#define REPLAY_REACH_H

#include "replay/order.h"

struct reader { /* a lane's last read */
	struct done at;
	uint64_t end;  /* of all that it has read */
	uint32_t told; /* lane + 1 that comes after it already */
	bool met_end;
};

struct reach {
	struct reader *readers;
	uint32_t count, room;
	struct done resized;
	bool was_resized;
};

/* Room for one more than count things, as memory_grow; at first for one, which most lists
 * here are enough with. */
void *reach_room(void *items, uint32_t count, uint32_t *room, size_t size);

/* A read of bytes up to `end`; more were asked for than there were. */
void reach_read(struct reach *reach, struct order *order, uint64_t end, bool met_end,
                const struct moment_of *at);

/* A write of bytes up to `end`. */
void reach_write(struct reach *reach, struct order *order, uint64_t end,
                 const struct moment_of *at);

/* What lies behind `least` comes or goes. */
void reach_resize(struct reach *reach, struct order *order, uint64_t least,
                  const struct moment_of *at);

/* What is known goes to another file's reach, which is forgotten. */
void reach_move(struct reach *from, struct reach *to);

void reach_free(struct reach *reach);

#endif
