/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/warmth.h"

#define WARMTH_APART ((int64_t)4 << 20) /* beyond what is read ahead */
#define WARMTH_MOST  100

void warmth_write(struct plan_file *place, int64_t end)
{
	if (end > place->touched)
		place->touched = end;
}

void warmth_read(struct plan_file *place, enum cache_answer answer, int64_t begin, int64_t end)
{
	bool asks = !place->touched || begin >= place->touched + WARMTH_APART;

	warmth_write(place, end);
	if (!asks || (answer != CACHE_HIT && answer != CACHE_STORAGE))
		return;
	if (answer == CACHE_HIT && place->warmth < WARMTH_MOST)
		place->warmth++;
	if (answer == CACHE_STORAGE && place->warmth > -WARMTH_MOST)
		place->warmth--;
}

bool warmth_is(const struct plan_file *place)
{
	return place->first == PLACE_FILE && place->warmth > 0;
}
