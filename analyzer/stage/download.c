/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/download.h"

/* Settings may be read besides: one in so many bytes. */
#define DOWNLOAD_BESIDES 1024
/* Archives are looked at from their ends, and read as they are. */
#define DOWNLOAD_LEAST 65536

static bool download_is_unpacked(const struct use *u)
{
	return u->write_bytes >= DOWNLOAD_LEAST && u->first_read > u->last_write &&
	       u->read_bytes >= u->write_bytes / 4 * 3;
}

void download_count(struct conduct *c, const struct use *u)
{
	if (!u->writes)
		c->brought += u->read_bytes;
	if (download_is_unpacked(u))
		c->unpacked += u->write_bytes;
}

bool download_is(const struct conduct *c, const struct process *p, const struct use *u)
{
	return p->rank < 0 && !c->trains && !c->fetches &&
	       c->brought <= c->data_written / DOWNLOAD_BESIDES &&
	       c->received >= c->unpacked / 4 * 3 && download_is_unpacked(u);
}
