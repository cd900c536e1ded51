/* SPDX-License-Identifier: Apache-2.0
 *
 * A ring's operations between submission and completion, by the program's
 * user_data, which need not be unique: those that share one are kept in the
 * order of their submission. One thread at a time.
 */
#ifndef PRELOAD_URING_PENDING_H
#define PRELOAD_URING_PENDING_H

#include "aiotrace/format.h"
#include "flight.h"

struct operation {
	struct flight flight;
	uint64_t user_data;
	uint32_t number; /* of its submission */
	uint32_t head;   /* completions that the program had taken when this was read */
	uint32_t slot;   /* of the registered files that it fills or empties, plus 1 */
	uint8_t opcode;  /* IORING_OP_* */
	bool used;
	bool certain;     /* what was read is what the kernel read */
	bool bounded;     /* its user_data was used again … */
	uint32_t before;  /* … after so many completions had been taken: its own, too */
	bool at_position; /* begins at the file's position */
	bool linked;      /* the next submission begins only if this one succeeds */
	bool doubted;     /* what completes may be another that shares its user_data */
	bool opens;
	bool closes; /* its descriptor, from now on */
};

struct pending {
	struct operation *slots; /* a power of two of them; NULL without memory */
	uint32_t mask, count;
};

/* Room for operations of a ring with so many completion entries. */
void pending_make(struct pending *pending, uint32_t entries);
void pending_free(struct pending *pending);

/* Adds a copy. Returns false if there is no room. */
bool pending_add(struct pending *pending, const struct operation *operation);

/* The oldest operation with this user_data, or the newest; NULL if none. */
struct operation *pending_find(struct pending *pending, uint64_t user_data, bool newest);

/* Takes out what pending_find returned, and lets go of its description. */
void pending_remove(struct pending *pending, struct operation *operation);

/* Whether an analysis would miss it: its event would be stored. */
static inline bool operation_matters(const struct operation *operation)
{
	return operation->flight.call != AIOT_CALL_NONE &&
	       operation->flight.call != AIOT_CALL_uring_other;
}

/* Takes out, and lets go of, each operation for which `which` says so. Returns
 * how many of them matter. */
uint32_t pending_drop(struct pending *pending, bool (*which)(const struct operation *, uint32_t),
                      uint32_t argument);

#endif
