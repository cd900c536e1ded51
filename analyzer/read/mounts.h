/* SPDX-License-Identifier: Apache-2.0
 *
 * Where files lie: mount points with their file systems, as the processes of a
 * recording saw them, and the way from a file to its mount.
 */
#ifndef MOUNTS_H
#define MOUNTS_H

#include "read/recording.h"

struct mount {
	char *host, *point, *type, *source, *options;
	const char *class;  /* local, network, parallel, memory, overlay, pseudo or other */
	const char *medium; /* of a local one, by its device's name; "" = not known */
	uint64_t device;    /* major << 32 | minor */
	bool whole;         /* shows its file system's root */
};

/* Item 0 stands for no mount: pipes, sockets, devices, unknown places. */
struct mounts {
	struct mount *items;
	size_t count, room;
	uint32_t **of; /* [process number][file index]: number of an item */
	size_t processes;
};

struct mounts *mounts_find(const struct recording *recording);
void mounts_free(struct mounts *mounts);

#endif
