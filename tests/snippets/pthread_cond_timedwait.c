/* SPDX-License-Identifier: Apache-2.0 */
#define COND_WAIT(condition, mutex)                                                                \
	({                                                                                         \
		struct timespec at_ = until(CLOCK_REALTIME);                                       \
		pthread_cond_timedwait(condition, mutex, &at_);                                    \
	})
#include "body/pthread_cond_timedwait.h"
