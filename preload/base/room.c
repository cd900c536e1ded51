/* SPDX-License-Identifier: Apache-2.0 */
#include "base/room.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sys.h"

#define ROOM_KEPT 32

static char room_kept[ROOM_KEPT][ROOM_BYTES] __attribute__((aligned(64)));
static uint32_t room_taken[ROOM_KEPT];

/* Where no memory is to be had, all share it: names are wrong then, and end. */
static char room_last[ROOM_BYTES];

char *room_take(void)
{
	for (int i = 0; i < ROOM_KEPT; i++)
		if (!__atomic_load_n(&room_taken[i], __ATOMIC_RELAXED) &&
		    !__atomic_exchange_n(&room_taken[i], 1, __ATOMIC_ACQUIRE))
			return room_kept[i];
	char *mapped = sys_map(ROOM_BYTES, 0);
	return mapped ? mapped : room_last;
}

void room_give(char *room)
{
	uintptr_t from = (uintptr_t)room - (uintptr_t)room_kept;
	if (from < sizeof room_kept)
		__atomic_store_n(&room_taken[from / ROOM_BYTES], 0, __ATOMIC_RELEASE);
	else if (room != room_last)
		sys_unmap(room, ROOM_BYTES);
}

void room_forget(void)
{
	for (int i = 0; i < ROOM_KEPT; i++)
		room_taken[i] = 0;
}

int room_is_small(void)
{
	stack_t stack;
	return SYS2(sigaltstack, NULL, &stack) == 0 && stack.ss_flags & SS_ONSTACK;
}
