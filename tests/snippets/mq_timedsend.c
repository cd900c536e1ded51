/* SPDX-License-Identifier: Apache-2.0 */
#include "body/mq.h"

void snippet(void)
{
	mqd_t queue = queue_made();
	row(QUEUE, -1, 20, mq_timedsend(queue, buffer, 20, 0, &(struct timespec){0, 0}) ? -1 : 20);
	row(QUEUE, -1, 20, mq_timedsend(queue, buffer, 20, 0, &(struct timespec){0, 0}));
	mq_unlink("/aiotrace." SNIPPET);
}
