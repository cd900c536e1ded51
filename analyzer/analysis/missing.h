/* SPDX-License-Identifier: Apache-2.0
 *
 * What is not in the trace: losses by cause, what the kernel counted beyond
 * the events, processes without a trace; each with what to do about it.
 */
#ifndef MISSING_H
#define MISSING_H

#include "analysis/coverage.h"
#include "read/recording.h"

struct missing_item {
	const char *cause; /* one word for programs */
	char text[200];    /* a sentence for people, without its full stop */
	const char *advice;
	double events, bytes; /* -1 = not known */
};

#define MISSING_ITEMS 32
struct missing {
	struct missing_item items[MISSING_ITEMS];
	size_t count;
};

void missing_find(struct missing *missing, const struct recording *recording,
                  const struct coverage_result *coverage, uint32_t untraced);

/* Adds an item, unless there is no room; events and bytes as in it. */
void missing_add(struct missing *missing, const char *cause, const char *advice, double events,
                 double bytes, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Children that were waited for and have no trace. */
struct children;
struct children *missing_children(const struct recording *recording);

/* A child was waited for; pid 0 is none. Different parents' may be told by
 * different threads. */
void missing_child(struct children *children, const struct process *parent, uint32_t pid);

/* How many had no trace. Frees children. */
uint32_t missing_untraced(struct children *children);

/* What a cause of lost events is called; "events " comes before it. */
const char *missing_words(enum aiot_loss cause);

#endif
