/* SPDX-License-Identifier: Apache-2.0
 *
 * The course of each stage: what only shows when the reads and writes of all
 * processes stand in one order of time. analysis_course.
 */
#ifndef COURSE_H
#define COURSE_H

#include "analysis/burst.h"
#include "analysis/epoch.h"
#include "measure/depth.h"
#include "measure/flow.h"
#include "measure/pattern.h"
#include "measure/rate.h"
#include "measure/reuse.h"

/* A file's accesses in one order, and the last read and the last write. */
struct course_file {
	struct pattern pattern;
	struct handle_slot last[2];
	uint16_t mount; /* of the first access; 0 = none */
	bool seen;
};

struct course_stage {
	struct rate rate; /* of all stages; goes to the summary in the end */
	struct burst burst;
	struct depth depth;
	struct flow flow; /* from the recording's start */
	/* Accesses as storage sees them, all clients of a file taken together. */
	struct pattern merged; /* in the end */
	/* By number of the mount; NULL where nothing was added. Until the end only what
	 * differs from counting a file's accesses to the mount of the first one. */
	struct pattern *by_mount;
	struct course_file *by_file; /* by name; NULL likewise */
	struct reuse *reuse;         /* of reads; NULL without */
};

struct course {
	struct course_stage stages[AIOT_STAGES]; /* but runtime and ipc, which stay empty */
	struct epochs *epochs;                   /* of training */
	size_t mounts, names;
	int64_t start_ns;
};

/* How the storage saw accesses to a file: those of all stages and clients. */
struct pattern course_file(const struct course *course, uint32_t name);

#endif
