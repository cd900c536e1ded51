/* SPDX-License-Identifier: Apache-2.0 */
#include "body/mq.h"

void snippet(void)
{
	mqd_t queue = queue_made();
	row(QUEUE, -1, 100, mq_receive(queue, buffer, 100, NULL));
	row(QUEUE, -1, 100, mq_receive(queue, buffer, 100, NULL));
	row(NOWHERE, -1, 100, mq_receive(BAD_FD, buffer, 100, NULL));
	mq_unlink("/aiotrace." SNIPPET);
}
