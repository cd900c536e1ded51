/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes as threads of analysis collect them, each in order of
 * start, and brought into one order afterwards.
 */
#ifndef SPANS_H
#define SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	int64_t start, end; /* CLOCK_REALTIME, ns */
	uint64_t bytes;
	int64_t offset; /* -1 = none */
	uint32_t name;  /* of the file */
	uint16_t mount; /* 0 = none, or a number too large */
	bool write;
	uint8_t cached : 7; /* enum cache_answer, of a read */
	uint8_t around : 1; /* a fault that brought in more than its page */
};

struct spans {
	struct span *items;
	size_t count, room;
};

/* Makes room for more. */
void spans_more(struct spans *spans);

/* All of the lists' items in order of start, equal ones in the lists' order: the
 * only list that has any, or `to`; `work` is memory that is kept between calls. */
const struct spans *spans_merge(struct spans *to, struct spans *work, struct spans *const *lists,
                                size_t count);

/* The first item from `low` on that starts then or later; they are in order. */
size_t spans_find(const struct spans *spans, size_t low, int64_t time);

/* Memory for so many items, emptied. */
void spans_reserve(struct spans *spans, size_t count);

void spans_free(struct spans *spans);

#endif
