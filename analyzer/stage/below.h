/* SPDX-License-Identifier: Apache-2.0
 *
 * What each folder is used for: the sum of the files that lie in it, however deep.
 */
#ifndef BELOW_H
#define BELOW_H

#include "read/recording.h"
#include "stage/feature.h"
#include "stage/stage.h"

struct folder {
	uint32_t files[WAYS][AIOT_STAGES];
	uint32_t own[AIOT_STAGES]; /* that are read, and lie in no folder within it */
	struct way_times times;
	bool later; /* files of it are cut (after.h), or read to infer */
};

struct below {
	const struct recording *recording;
	uint32_t *above;   /* by name: the name of its folder, 0 = not in the trace */
	uint32_t *place;   /* by name of a folder: in `of`, 0 = none yet */
	uint32_t *named;   /* by place: the name */
	uint32_t *files;   /* by name: index of the file, in this process or one before it */
	struct folder *of; /* by place; [0] is unused */
	size_t count, room;
	size_t named_room;
};

/* Of a recording; `above` (below_above) stays the caller's. below_free() them. */
struct below below_of(const struct recording *recording, uint32_t *above);
void below_free(struct below *below);

/* By name: the name of its folder, 0 = not in the trace. free() it. */
uint32_t *below_above(const struct names *names);

/* Forgets what was added. */
void below_begin(struct below *below);

void below_add(struct below *below, const struct stages *stages, const struct features *features,
               size_t number);

/* NULL where nothing was added of it. */
const struct folder *below_look(const struct below *below, uint32_t name);

/* The stage of most files; AIOT_STAGES where there are none. `folder` may be NULL. */
unsigned below_most(const struct folder *folder, enum way way);

/* Whether a file is mapped to be changed, and so small. */
bool below_is_lock(const struct recording *recording, const struct file *file,
                   const struct use *use);

#endif
