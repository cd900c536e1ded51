/* SPDX-License-Identifier: Apache-2.0
 *
 * What each process did with each file: the evidence that roles and stages
 * are judged by. One record a process and file, made by one pass over all
 * events. Times are CLOCK_REALTIME in ns.
 */
#ifndef FEATURE_H
#define FEATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "measure/cache.h"
#include "measure/pattern.h"
#include "read/recording.h"
#include "stage/order.h"
#include "stage/use.h"

struct features {
	struct recording *recording;
	struct use_slot **uses; /* [process number][file index] */
	struct shapes *shapes;  /* of them */
	struct order *orders;   /* [process number] */
	uint32_t *evidence;     /* [process number]: enum evidence and enum word, of all it did */
	/* [process number][stage]: of events that say their stage themselves, as
	 * marked ones do and those of no file. */
	struct pattern (*stated)[AIOT_STAGES];
};

/* Reads all events once. The cache, unless NULL, learns from them. Records of use have their
 * seeks if they are wanted: these take more memory than all the rest of a record, and no
 * stage is judged by them. */
struct features *features_find(struct recording *recording, struct cache *cache, bool seeks);
void features_free(struct features *features);

/* The record of a process's use of a file, in `room`, zeroed by the caller. */
static inline const struct use *features_use(const struct features *features, size_t process,
                                             size_t file, struct use *room)
{
	return use_of(&features->uses[process][file], features->shapes, room);
}

/* Whether the file was at most opened and read, plainly: no writes, no new name. */
static inline bool features_plain(const struct features *features, size_t process, size_t file)
{
	return use_plain(&features->uses[process][file]);
}

/* Of the record, without the rest. */
static inline uint32_t features_renamed_to(const struct features *features, size_t process,
                                           size_t file)
{
	return use_renamed_to(&features->uses[process][file]);
}

#endif
