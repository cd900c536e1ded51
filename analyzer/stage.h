/* SPDX-License-Identifier: Apache-2.0
 *
 * Which stage of training an event belongs to, now that the whole run is
 * known. The verdict is one for each process, file and direction.
 */
#ifndef STAGE_H
#define STAGE_H

#include "recording.h"

struct stages;

/* Reads all events once. */
struct stages *stages_find(struct recording *recording);
void stages_free(struct stages *stages);

/* The stage of an event: what the program marked it as, else what was found
 * for its file. File is an index in the process's files. */
enum aiot_stage stages_of(const struct stages *stages, const struct process *process, uint32_t file,
                          unsigned class, unsigned guess, unsigned flags);

const char *stage_name(unsigned stage);

/* -1 where no stage has that name. */
int stage_by_name(const char *name);

#endif
