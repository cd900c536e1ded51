/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/loss.h"

static uint64_t loss_private[AIOT_LOSSES];
static uint64_t *loss_counters = loss_private;

void loss_count(enum aiot_loss cause, uint64_t events)
{
	__atomic_fetch_add(&loss_counters[cause], events, __ATOMIC_RELAXED);
}

void loss_move(uint64_t *place)
{
	uint64_t *to = place ? place : loss_private;
	if (to == loss_counters)
		return;
	for (int i = 0; i < AIOT_LOSSES; i++)
		to[i] = loss_counters[i];
	loss_counters = to;
}

void loss_read(uint64_t counters[AIOT_LOSSES])
{
	for (int i = 0; i < AIOT_LOSSES; i++)
		counters[i] = __atomic_load_n(&loss_counters[i], __ATOMIC_RELAXED);
}

void loss_reset(void)
{
	loss_counters = loss_private;
	for (int i = 0; i < AIOT_LOSSES; i++)
		loss_private[i] = 0;
}
