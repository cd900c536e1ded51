/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/deed.h"

#include <fcntl.h>

static void deed_open(struct use *u, const struct deed *e)
{
	bool writes = (e->aux & O_ACCMODE) != O_RDONLY;

	if (e->result < 0)
		return;
	u->opens++;
	u->append |= (e->aux & O_APPEND) != 0;
	u->created |= (e->aux & O_CREAT) != 0;
	u->truncated |= (e->aux & O_TRUNC) != 0;
	/* Nothing came of the one before: it was just made, or emptied. */
	u->write_opens += writes && (!u->write_opens || u->write_bytes > u->written_before);
	u->reopened |= !writes && u->writes;
	u->written_before = writes ? u->write_bytes : u->written_before;
	if (writes && !e->spot.piece)
		deed_earliest(&u->first_open, e->start);
}

static void deed_rename(struct use *u, const struct deed *e)
{
	const struct process *p = e->process;
	uint32_t to = process_file(p, e->aux);

	if (e->result < 0 || !to)
		return;
	u->renamed_to = process_file_at(p, to)->name;
	deed_later(&u->last_touch, &u->spot_touch, e);
}

static void deed_link(struct use *u, const struct deed *e)
{
	const struct process *p = e->process;
	uint32_t to = process_file(p, e->aux);

	if (e->result >= 0 && to)
		u->linked_to = process_file_at(p, to)->name;
}

/* A name that goes when there is another one was there for the time of writing. */
static void deed_remove(struct use *u, const struct deed *e)
{
	if (e->result < 0)
		return;
	if (u->linked_to)
		u->renamed_to = u->linked_to;
	else
		u->removed = true;
	u->linked_to = 0;
	deed_later(&u->last_touch, &u->spot_touch, e);
}

/* One that was not given shows the same intent. */
static bool deed_locks(const struct deed *e)
{
	switch (e->call) {
	case AIOT_CALL_fcntl:
	case AIOT_CALL_fcntl64:
		return e->aux == F_SETLK || e->aux == F_SETLKW || e->aux == F_OFD_SETLK ||
		       e->aux == F_OFD_SETLKW;
	case AIOT_CALL_lockf:
	case AIOT_CALL_lockf64: return true;
	default: return false;
	}
}

static void deed_close(struct use *u, const struct deed *e)
{
	if (!u->writes)
		return;
	deed_later(&u->last_touch, &u->spot_touch, e);
	if (!u->reopened)
		deed_later(&u->closed, &u->spot_closed, e);
}

void deed_tell(const struct deed *e)
{
	struct use *u = e->use;

	switch (e->class) {
	case AIOT_CLASS_OPEN: deed_open(u, e); break;
	case AIOT_CLASS_SYNC:
		u->syncs++;
		deed_later(&u->last_touch, &u->spot_touch, e);
		break;
	case AIOT_CLASS_CLOSE: deed_close(u, e); break;
	case AIOT_CLASS_MAP: u->maps += e->result >= 0; break;
	default:
		if (call_renames(e->call))
			deed_rename(u, e);
		else if (e->call == AIOT_CALL_unlink || e->call == AIOT_CALL_unlinkat ||
		         e->call == AIOT_CALL_remove || e->call == AIOT_CALL_uring_unlinkat)
			deed_remove(u, e);
		else if (e->call == AIOT_CALL_link || e->call == AIOT_CALL_linkat ||
		         e->call == AIOT_CALL_uring_linkat)
			deed_link(u, e);
		else
			u->locked |= deed_locks(e);
	}
}
