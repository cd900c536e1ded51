/* SPDX-License-Identifier: Apache-2.0
 *
 * What folders are for: what is read or written in them, or below. The same goes
 * for names of which only was asked whether they are there.
 */
#ifndef FOLDER_H
#define FOLDER_H

#include "stage/feature.h"
#include "stage/stage.h"

/* Fills in the ways of folders and of names without data, of one run, whose files
 * have their verdicts. */
void folders_judge(struct stages *stages, const struct features *features, uint32_t run);

#endif
