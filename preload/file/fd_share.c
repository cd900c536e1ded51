/* SPDX-License-Identifier: Apache-2.0
 *
 * Descriptors that another process gets, too: which share their positions.
 */
#include "file/fd.h"

#include "file/unseen.h"
#include "uring/site.h"

/* Calls `each` on the description of every descriptor that has one. */
static void fd_for_each(void (*each)(struct description *held))
{
	unsigned highest = __atomic_load_n(&fd_highest, __ATOMIC_RELAXED);
	for (unsigned fd = 0; fd <= highest; fd++) {
		const struct fd *place = fd_place((int)fd);
		struct description *held = place ? place->description : NULL;
		if (held)
			each(held);
	}
}

static void fd_ask(struct description *held)
{
	if (held->traits & DESCRIPTION_SEEKABLE)
		__atomic_fetch_or(&held->traits, DESCRIPTION_ASK, __ATOMIC_RELAXED);
}

void fd_distrust(int fd)
{
	struct fd entry = fd_look(fd);
	if (entry.description)
		fd_ask(entry.description);
}

void fd_distrust_all(void)
{
	fd_for_each(fd_ask);
}

/* The generation of the child that was told of; 0 = none is being made. */
static uint16_t fd_told;

void fd_before_fork(void)
{
	if (state_is(STATE_OFF))
		return;
	if (!site_program_done)
		site_hook_program();
	unseen_find();
	fd_for_each(description_hold);
	fd_told = (uint16_t)(state_generation + 1);
}

void fd_after_fork(void)
{
	fd_told = 0;
}

/* Nobody held the descriptions for this child: they stay the parent's, who
 * learns from it that another moves the positions. */
void fd_forked(void)
{
	unsigned highest = __atomic_load_n(&fd_highest, __ATOMIC_RELAXED);
	fd_adopter = NULL;
	if (fd_told == state_generation)
		return;
	fd_for_each(fd_ask);
	for (unsigned fd = 0; fd <= highest; fd++)
		if (fd_place((int)fd))
			fd_place((int)fd)->description = NULL;
}
