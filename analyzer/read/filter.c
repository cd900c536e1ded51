/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters of dump, export and replay. A path is matched once, its rows then look the verdict up.
 */
#include "read/filter.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

enum { VERDICT_UNKNOWN, VERDICT_IN, VERDICT_OUT };

void filter_init(struct filter *filter)
{
	*filter = (struct filter){.stage = -1, .pid = -1, .from_s = -INFINITY, .to_s = INFINITY};
}

void filter_free(struct filter *filter)
{
	free(filter->verdicts);
}

bool filter_has_time(const struct filter *filter)
{
	return filter->from_s < filter->to_s;
}

bool filter_path(struct filter *filter, const struct names *names, uint32_t name)
{
	if (!filter->glob)
		return true;
	if (!filter->verdicts) {
		filter->verdict_count = names_count(names);
		filter->verdicts = memory_get(filter->verdict_count, 1);
	}
	if (name >= filter->verdict_count)
		name = 0;
	if (filter->verdicts[name] == VERDICT_UNKNOWN)
		filter->verdicts[name] = fnmatch(filter->glob, names_text(names, name), 0)
		                                 ? VERDICT_OUT
		                                 : VERDICT_IN;
	return filter->verdicts[name] == VERDICT_IN;
}
