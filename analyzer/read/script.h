/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs for a shell are code, whatever their names.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "read/recording.h"

/* When clues are known by names: what shells were told to run is CLUE_CODE. */
void scripts_find(struct recording *recording);

#endif
