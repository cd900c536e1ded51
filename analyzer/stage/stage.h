/* SPDX-License-Identifier: Apache-2.0
 *
 * Which stage of training an event belongs to, now that the whole run is
 * known. There is one verdict for each process, file and direction, which may be cut in
 * time (after.h).
 */
#ifndef STAGE_H
#define STAGE_H

#include "measure/events.h"
#include "stage/after.h"
#include "stage/feature.h"
#include "stage/kind.h"

struct stages {
	const struct recording *recording;
	struct kinds kinds;
	uint16_t **kind_of;           /* [process number][file index] */
	struct way_turns *turns;      /* by process number */
	struct after *afters;         /* likewise */
	struct way_handles **handles; /* likewise */
};

/* What is known of a process's file. */
static inline const struct kind *stages_kind(const struct stages *stages, size_t process,
                                             size_t file)
{
	return &stages->kinds.items[stages->kind_of[process][file]];
}

/* Judges by the features, with the roles already found. */
struct stages *stages_find(const struct features *features);
void stages_free(struct stages *stages);

/* What an event is to its stage. */
struct stage_event {
	struct way_event way;
	uint32_t file; /* index in the process's files */
	uint8_t guess; /* the writer's stage */
	uint8_t flags; /* enum aiot_event_flag */
};

/* The stage of an event: what the program marked it as, else the verdict on
 * its file and direction, else the writer's guess. Of a process it is to be asked
 * for every event, in order. */
enum aiot_stage stages_of(const struct stages *stages, const struct process *process,
                          const struct stage_event *event);

/* Puts the verdicts in the place of the writer's guesses; likewise. */
void stages_fill(const struct stages *stages, struct events *events);

/* The verdict on what the program marked as that stage. */
struct verdict stage_marked(unsigned stage);

/* Likewise on what is read for the same as what is read beside it. */
struct verdict stage_beside(unsigned stage);

/* Likewise on what is read after a file's cut. */
struct verdict stage_retried(void);

const char *stage_name(unsigned stage);
const char *stage_reason_text(unsigned reason);

/* -1 where no stage has that name. */
int stage_by_name(const char *name);

#endif
