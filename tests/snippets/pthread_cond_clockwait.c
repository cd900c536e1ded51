/* SPDX-License-Identifier: Apache-2.0 */
#define COND_WAIT(condition, mutex)                                                                \
	({                                                                                         \
		struct timespec at_ = until(CLOCK_MONOTONIC);                                      \
		pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &at_);                   \
	})
#include "body/pthread_cond_timedwait.h"
