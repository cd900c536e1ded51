/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_finding.h"

#include <stdlib.h>

#include "finding/finding.h"

json_t *json_findings(const struct summary *summary)
{
	struct findings all = findings_find(summary);
	json_t *list = json_array();

	for (size_t i = 0; i < all.count; i++) {
		const struct finding *f = &all.items[i];
		json_t *stage =
		        f->stage >= 0 ? json_string(stage_name((unsigned)f->stage)) : json_null();
		json_array_append_new(
		        list,
		        json_pack("{s:s, s:s, s:o, s:s, s:o, s:s, s:s}", "id", f->rule->id,
		                  "severity", severity_word(f->rule->severity), "stage", stage,
		                  "title", f->rule->title, "evidence", json_bytes(f->evidence),
		                  "advice", f->rule->advice, "condition", f->rule->condition));
	}
	free(all.items);
	return list;
}
