/* SPDX-License-Identifier: Apache-2.0
 *
 * Verdicts and ways as they come together: many millions of files of processes have a few
 * hundred of such kinds.
 */
#ifndef KIND_H
#define KIND_H

#include "stage/way.h"

enum direction { DIRECTION_READ, DIRECTION_WRITE, DIRECTIONS };

struct verdict {
	uint8_t stage;      /* enum aiot_stage */
	uint8_t confidence; /* percent */
	uint8_t reason;     /* enum stage_reason, in words by stage_reason_text */
};

/* Of a process's file. Bytes without padding. */
struct kind {
	struct verdict verdicts[DIRECTIONS];
	struct ways ways;
};

/* Item 0 is all zero. */
struct kinds {
	struct kind *items;
	size_t count, room;
	uint16_t *places; /* by hash; NULL until one is added */
};

/* The kind's number; beyond UINT16_MAX kinds, which no verdicts make, that of one with
 * the same ways, or 0. */
uint16_t kinds_add(struct kinds *kinds, const struct kind *kind);

void kinds_free(struct kinds *kinds);

#endif
