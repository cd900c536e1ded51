/* SPDX-License-Identifier: Apache-2.0 */
#define SEM_WAIT(semaphore)                                                                        \
	({                                                                                         \
		struct timespec at_ = until(CLOCK_REALTIME);                                       \
		sem_timedwait(semaphore, &at_);                                                    \
	})
#include "body/sem_wait.h"
