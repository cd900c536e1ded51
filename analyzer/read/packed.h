/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes kept in some ten bytes each instead of forty, first in, first out:
 * what each differs in from the one before.
 */
#ifndef PACKED_H
#define PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/spans.h"

/* All zero is empty. */
struct packed {
	uint8_t *bytes;
	size_t begin, end, room; /* of bytes */
	struct span in, out;     /* what was added last; taken last */
};

void packed_add(struct packed *packed, struct span span);

/* Takes the next one, if there is one and it starts before that time. */
bool packed_take(struct packed *packed, int64_t before, struct span *span);

/* Gives back memory that is not used. */
void packed_trim(struct packed *packed);

void packed_free(struct packed *packed);

#endif
