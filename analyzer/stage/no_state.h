/* SPDX-License-Identifier: Apache-2.0
 *
 * What is written like a checkpoint, synced and renamed, and yet holds no model:
 * settings, databases, what an archive or a repository is unpacked to.
 */
#ifndef NO_STATE_H
#define NO_STATE_H

#include "stage/judge.h"

/* No state of a model is smaller than this, unless its name or its caller says that it
 * is one: nothing tells it from other small files. Bytes. */
#define NO_STATE_BELOW 16384

/* Whether a written file, `name` in the end, of who conducts itself so, can't be a
 * checkpoint; one of less than `least` bytes is none unless it is called one. Needs what
 * is shared of all files, and all series. */
bool no_state(const struct judge *judge, const struct conduct *conduct, const struct use *use,
              uint32_t name, uint64_t least);

/* Whether the process writes files of so many kinds that one more, even after it has read
 * data, is nothing that it has learnt. Needs all series. */
bool no_state_of(const struct conduct *conduct);

#endif
