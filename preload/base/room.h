/* SPDX-License-Identifier: Apache-2.0
 *
 * Room for names and records that are too large for the stack: calls are traced
 * in threads of 16 KiB and in signal handlers on stacks of 8.
 */
#ifndef PRELOAD_ROOM_H
#define PRELOAD_ROOM_H

#define ROOM_BYTES 8704

/* Room that nobody else uses until it is given back. Signal-safe, without a lock,
 * never NULL. Its content is undefined, and its last byte 0. */
char *room_take(void);
void room_give(char *room);

/* A forked child has none in use. */
void room_forget(void);

static inline void room_leave(char **room)
{
	room_give(*room);
}

/* Declares `name`, given back where its scope ends. */
#define ROOM(name) __attribute__((cleanup(room_leave))) char *name = room_take()

/* Whether the calling thread is on the stack that it set aside for signals: what
 * goes deep is not begun there. */
int room_is_small(void);

#endif
