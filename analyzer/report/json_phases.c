/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_phases.h"

#include <stdlib.h>

#include "analysis/marks.h"
#include "analysis/period.h"
#include "base/json_value.h"
#include "base/wrap.h"

static json_t *json_phase_part(unsigned stage, const struct period_part *p)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "stage", stage_name(stage), "read_ops",
	                 json_whole(p->ops[0]), "write_ops", json_whole(p->ops[1]), "read_bytes",
	                 json_whole(p->bytes[0]), "write_bytes", json_whole(p->bytes[1]));
}

json_t *json_phases(const struct summary *s)
{
	struct periods all = periods_find(s->found[ANALYSIS_course], s->recording);
	json_t *list = json_array();

	for (size_t i = 0; i < all.count; i++) {
		const struct period *p = &all.items[i];
		json_t *stages = json_array();
		for (unsigned k = 0; k < AIOT_STAGES; k++)
			if (p->stages & 1u << k)
				json_array_append_new(stages, json_phase_part(k, &p->parts[k]));
		json_array_append_new(list, json_pack("{s:f, s:f, s:o}", "from_s",
		                                      (double)p->from_ns / 1e9, "to_s",
		                                      (double)p->to_ns / 1e9, "stages", stages));
	}
	free(all.items);
	return list;
}

json_t *json_marks(const struct summary *s)
{
	const struct marks *all = s->found[ANALYSIS_marks];
	json_t *list = json_array();

	for (size_t i = 0; i < all->count; i++) {
		const struct mark *m = &all->items[i];
		double at = wrap_seconds(s->recording->start_ns, m->at_ns);
		json_int_t pid = (json_int_t)s->recording->processes[m->process].pid;
		json_array_append_new(
		        list, json_pack("{s:f, s:I, s:o}", "at_s", at, "pid", pid, "stage",
		                        m->stage < AIOT_STAGES ? json_string(stage_name(m->stage))
		                                               : json_null()));
	}
	return list;
}
