/* SPDX-License-Identifier: Apache-2.0 */
#define SEM_WAIT(semaphore)                                                                        \
	({                                                                                         \
		struct timespec at_ = until(CLOCK_MONOTONIC);                                      \
		sem_clockwait(semaphore, CLOCK_MONOTONIC, &at_);                                   \
	})
#include "body/sem_wait.h"
