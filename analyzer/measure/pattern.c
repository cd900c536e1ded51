/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts of accesses, and the words for them.
 */
#include "measure/pattern.h"

#include <stdlib.h>

#include "base/memory.h"

struct handles *handles_new(void)
{
	return memory_get(1, sizeof(struct handles));
}

void handles_free(struct handles *handles)
{
	free(handles);
}

void pattern_add(struct pattern *to, const struct pattern *from)
{
	for (int i = 0; i < ACCESSES; i++) {
		to->count[i] += from->count[i];
		to->bytes[i] += from->bytes[i];
	}
	to->aligned += from->aligned;
}

void pattern_subtract(struct pattern *to, const struct pattern *from)
{
	for (int i = 0; i < ACCESSES; i++) {
		to->count[i] -= from->count[i];
		to->bytes[i] -= from->bytes[i];
	}
	to->aligned -= from->aligned;
}

uint64_t pattern_total(const struct pattern *pattern)
{
	uint64_t total = 0;

	for (int i = 0; i < ACCESSES; i++)
		total += pattern->count[i];
	return total;
}

double pattern_share(const struct pattern *pattern, enum access kind)
{
	uint64_t total = pattern_total(pattern);

	return total ? (double)pattern->count[kind] / (double)total : 0;
}

double pattern_byte_share(const struct pattern *pattern, enum access kind)
{
	uint64_t total = 0;

	for (int i = 0; i < ACCESSES; i++)
		total += pattern->bytes[i];
	return total ? (double)pattern->bytes[kind] / (double)total : 0;
}

double pattern_aligned(const struct pattern *pattern)
{
	uint64_t total = pattern_total(pattern);

	return total ? (double)pattern->aligned / (double)total : 0;
}

const char *pattern_class(const struct pattern *pattern)
{
	double ahead = pattern_share(pattern, ACCESS_SEQUENTIAL);
	double back = pattern_share(pattern, ACCESS_RANDOM);
	double forward = pattern_share(pattern, ACCESS_CONSECUTIVE) + ahead;

	if (!pattern_total(pattern))
		return "none";
	if (forward >= 0.9)
		return "sequential";
	if (pattern_share(pattern, ACCESS_STRIDED) >= 0.5)
		return "strided";
	/* Half of random jumps go forward. */
	return back + (ahead < back ? ahead : back) > 0.5 ? "random" : "mixed";
}
