/* SPDX-License-Identifier: Apache-2.0 */
#include "body/mq.h"

void snippet(void)
{
	mqd_t queue = queue_made();
	row(QUEUE, -1, 30, 30);
	row(QUEUE, -1, 20, mq_send(queue, buffer, 20, 0) ? -1 : 20);
	row(QUEUE, -1, 20, mq_send(queue, buffer, 20, 0));
	row(QUEUE, -1, 60, mq_send(queue, buffer, 60, 0));
	mq_unlink("/aiotrace." SNIPPET);
}
