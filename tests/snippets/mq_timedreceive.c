/* SPDX-License-Identifier: Apache-2.0 */
#include "body/mq.h"

void snippet(void)
{
	mqd_t queue = queue_made();
	row(QUEUE, -1, 100, mq_timedreceive(queue, buffer, 100, NULL, &(struct timespec){0, 0}));
	row(QUEUE, -1, 100, mq_timedreceive(queue, buffer, 100, NULL, &(struct timespec){0, 0}));
	row(NOWHERE, -1, 100, mq_timedreceive(BAD_FD, buffer, 100, NULL, &(struct timespec){0, 0}));
	mq_unlink("/aiotrace." SNIPPET);
}
