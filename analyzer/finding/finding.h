/* SPDX-License-Identifier: Apache-2.0
 *
 * Findings: what someone who knows storage for AI would say of a run, with the
 * numbers that show it. A rule looks at the finished summary and fires or is
 * silent; rules.def lists them with their words.
 */
#ifndef FINDING_H
#define FINDING_H

#include "analysis/summary.h"

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_HIGH };

struct rule {
	const char *id; /* one word for programs */
	enum severity severity;
	const char *title, *advice;
	const char *condition; /* what makes it fire */
	/* Whether it fires, and then with what evidence and for which stage (-1:
	 * none of its own). */
	bool (*fires)(const struct summary *summary, char evidence[240], int *stage);
};

extern const struct rule rules[];
extern const size_t rule_count;

struct finding {
	const struct rule *rule;
	int stage;
	char evidence[240];
};

struct findings {
	struct finding *items; /* the most severe first */
	size_t count;
};

/* free() the items. */
struct findings findings_find(const struct summary *summary);

const char *severity_word(enum severity severity);

#endif
