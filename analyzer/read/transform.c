/* SPDX-License-Identifier: Apache-2.0 */
#include "read/transform.h"

#include <stdbool.h>

#include "read/batch.h"

uint32_t transform_needs(const struct aiot_column_head *head)
{
	switch (head->transform) {
	case AIOT_TRANSFORM_GAP: return BATCH_WANT(DURATION);
	case AIOT_TRANSFORM_SHORT: return BATCH_WANT(SIZE);
	case AIOT_TRANSFORM_NEXT:
		return BATCH_WANT(HANDLE) | BATCH_WANT(SIZE) | BATCH_WANT(RESULT) |
		       BATCH_WANT(FLAGS);
	case AIOT_TRANSFORM_SIZED: return BATCH_WANT(HANDLE);
	case AIOT_TRANSFORM_WHOLE: return BATCH_WANT(SIZE);
	case AIOT_TRANSFORM_FOLLOW:
		return BATCH_WANT(HANDLE) | BATCH_WANT(SIZE) | BATCH_WANT(RESULT) |
		       BATCH_WANT(FLAGS);
	case AIOT_TRANSFORM_PARTED: return BATCH_WANT(CALL);
	case AIOT_TRANSFORM_PARTED_GAP: return BATCH_WANT(CALL) | BATCH_WANT(DURATION);
	default: return 0;
	}
}

/* The one column that a transform is for; 0 = any. */
static const uint8_t transform_column[] = {
        [AIOT_TRANSFORM_PLAIN] = 0,
        [AIOT_TRANSFORM_DELTA] = 0,
        [AIOT_TRANSFORM_GAP] = AIOT_COLUMN_START,
        [AIOT_TRANSFORM_SHORT] = AIOT_COLUMN_RESULT,
        [AIOT_TRANSFORM_NEXT] = AIOT_COLUMN_OFFSET,
        [AIOT_TRANSFORM_AGAIN] = 0,
        [AIOT_TRANSFORM_SIZED] = AIOT_COLUMN_SIZE,
        [AIOT_TRANSFORM_WHOLE] = AIOT_COLUMN_RESULT,
        [AIOT_TRANSFORM_FOLLOW] = AIOT_COLUMN_OFFSET,
        [AIOT_TRANSFORM_PARTED] = AIOT_COLUMN_DURATION,
        [AIOT_TRANSFORM_PARTED_GAP] = AIOT_COLUMN_START,
};
#define TRANSFORMS (sizeof transform_column / sizeof *transform_column)

static bool transform_shifts(unsigned transform)
{
	return transform == AIOT_TRANSFORM_PLAIN || transform == AIOT_TRANSFORM_GAP ||
	       transform == AIOT_TRANSFORM_NEXT || transform == AIOT_TRANSFORM_FOLLOW ||
	       transform == AIOT_TRANSFORM_PARTED_GAP;
}

int transform_check(const struct aiot_column_head *h, struct problem *why)
{
	if (h->transform >= TRANSFORMS ||
	    (transform_column[h->transform] && transform_column[h->transform] != h->column))
		return problem_set(why, "column %d has the transform %d", h->column, h->transform);
	if (h->planes > 8 || h->shift > 63 || (h->shift && !transform_shifts(h->transform)))
		return problem_set(why, "column %d has a head out of range", h->column);
	return 0;
}
