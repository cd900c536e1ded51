/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of rules.def, and what they share.
 */
#ifndef RULE_H
#define RULE_H

#include <stdio.h>

#include "analysis/course.h"
#include "base/units.h"
#include "finding/finding.h"

#define RULE_EVIDENCE 240

#define RULE(id, severity, title, condition, advice)                                               \
	bool rule_##id(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage);
#include "finding/rules.def"
#undef RULE

/* Says why, and that the rule fires. */
#define RULE_SAY(...) (snprintf(evidence, RULE_EVIDENCE, __VA_ARGS__), true)

static inline const struct course *rule_course(const struct summary *s)
{
	return s->found[ANALYSIS_course];
}

static inline const struct epochs *rule_epochs(const struct summary *s)
{
	return rule_course(s)->epochs;
}

/* Whether a mount is reached over a network. */
bool rule_remote(const struct mount *mount);

#endif
