/* SPDX-License-Identifier: Apache-2.0 */
#include "finding/finding.h"

#include <stdlib.h>

#include "base/memory.h"
#include "finding/rule.h"

const struct rule rules[] = {
#define RULE(id, severity, title, condition, advice)                                               \
	{#id, SEVERITY_##severity, title, advice, condition, rule_##id},
#include "finding/rules.def"
#undef RULE
};
const size_t rule_count = sizeof rules / sizeof *rules;

const char *severity_word(enum severity severity)
{
	static const char *const words[] = {"info", "warning", "high"};

	return words[severity];
}

static void findings_of(struct findings *list, const struct summary *s, enum severity severity)
{
	for (size_t i = 0; i < rule_count; i++) {
		struct finding *f = &list->items[list->count];
		if (rules[i].severity != severity)
			continue;
		*f = (struct finding){.rule = &rules[i], .stage = -1};
		list->count += rules[i].fires(s, f->evidence, &f->stage);
	}
}

struct findings findings_find(const struct summary *s)
{
	struct findings list = {.items = memory_get(rule_count + 1, sizeof *list.items)};

	for (int severity = SEVERITY_HIGH; severity >= SEVERITY_INFO; severity--)
		findings_of(&list, s, (enum severity)severity);
	return list;
}
