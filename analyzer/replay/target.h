/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder that a replay works in: whose it is, and the files in it as the
 * recorded run found them. All that the replay makes lies in client-N below it,
 * beside a marker and a list of what was made.
 */
#ifndef REPLAY_TARGET_H
#define REPLAY_TARGET_H

#include "base/problem.h"
#include "replay/plan.h"

#define TARGET_MARKER "aiotrace-replay"       /* a file: whose the folder is */
#define TARGET_LIST   "aiotrace-replay.names" /* a file: what lies in it */
#define TARGET_GONE   "aiotrace-replay.gone"  /* a folder: what is to be removed */

/* What of the prepared files is in this machine's page cache when the run begins. */
enum target_cache {
	TARGET_CACHE_FITTING,  /* recorded where the target is the storage that was recorded, else
	                          cold */
	TARGET_CACHE_RECORDED, /* the files that the run found in it */
	TARGET_CACHE_COLD,
	TARGET_CACHE_WARM
};

struct target_options {
	const char *folder;
	double compressible; /* at least 1 */
	bool sparse, share;  /* holes instead of contents; one data set for all clients */
	bool quiet;          /* no progress */
	enum target_cache cache;
	unsigned clients;
};

struct target {
	const struct plan *plan;
	struct target_options options;
	int folder;          /* O_PATH */
	int *roots;          /* of each client */
	bool reused;         /* had been prepared for this plan */
	uint64_t made, kept; /* files written, files found as they should be */
	uint64_t made_bytes;
	uint64_t gone;                   /* names put aside */
	enum target_cache cache;         /* not FITTING any more */
	uint64_t warm_files, warm_bytes; /* that the run found in the page cache */
	double cached; /* share of the bytes to be cold that stayed in it, -1 = unknown */
	bool stop;     /* preparing is to end; a signal handler may set it */
};

/* Opens the folder, or makes it. Refuses one that is not empty and not a
 * target, and one that holds another recording's files. */
int target_open(struct target *target, const struct plan *plan,
                const struct target_options *options, struct problem *why);

/* Space and inodes for what is missing; then everything as the run found it,
 * whatever an earlier replay left. */
int target_prepare(struct target *target, struct problem *why);

/* Takes prepared files out of this machine's page cache, as far as that can be
 * done without root (target->cached says how far), but for those that belong there,
 * which it brings in. -1 where it was stopped. */
int target_cache(struct target *target, struct problem *why);

/* Says that preparing was stopped; -1. */
int target_stopped(const struct target *target, struct problem *why);

/* Whether the folder's name still leads to it: else it was unmounted, or moved. */
bool target_is_there(const struct target *target);

/* The root below which a client finds a name. */
int target_root(const struct target *target, unsigned client, uint32_t name);

/* Closes; the files stay. */
void target_close(struct target *target);

/* Removes what was prepared, and nothing else; left is the number of things
 * that are not ours and stay. */
int target_clean(const char *folder, uint64_t *removed, uint64_t *left, struct problem *why);

#endif
