/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

/* SEM_WAIT(&semaphore), which gives up after SHORT_MS */
void snippet(void)
{
	sem_t semaphore;
	sem_init(&semaphore, 0, 1);
	SEM_WAIT(&semaphore);
	row(NOWHERE, SOME, 0, SEM_WAIT(&semaphore));
}
