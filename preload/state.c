/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include <errno.h>

#include "base/log.h"
#include "base/sys.h"
#include "trace/loss.h"
#include "trace/sink.h"

static uint32_t state_unborn;
uint32_t *state_word = &state_unborn;
uint16_t state_generation;

/* What events are counted under once tracing was stopped; AIOT_LOSSES while it
 * never was. */
static enum aiot_loss state_stopped = AIOT_LOSSES;

void state_set(enum state state)
{
	__atomic_store_n(state_word, (uint32_t)state, __ATOMIC_SEQ_CST);
}

bool state_move(enum state from, enum state to)
{
	uint32_t expected = (uint32_t)from;
	return __atomic_compare_exchange_n(state_word, &expected, (uint32_t)to, 0, __ATOMIC_SEQ_CST,
	                                   __ATOMIC_SEQ_CST);
}

int state_prepare(void)
{
	uint32_t *word = sys_map(4096, 1);
	if (!word)
		return -ENOMEM;
	*word = STATE_STARTING;
	state_word = word;
	return 0;
}

void state_stop(const char *why, int error)
{
	if (state_is(STATE_OFF))
		return;
	if (error == SINK_LIMIT)
		log_line("tracing stopped", why);
	else
		log_error("tracing stopped", why, error);
	state_stopped = error == SINK_LIMIT ? AIOT_LOSS_LIMIT : AIOT_LOSS_NO_SPACE;
	state_set(STATE_OFF);
}

void state_count_stopped(void)
{
	if (state_stopped != AIOT_LOSSES)
		loss_count(state_stopped, 1);
}

void state_forget(void)
{
	state_stopped = AIOT_LOSSES;
}
