/* SPDX-License-Identifier: Apache-2.0 */
#include "body/mq.h"

void snippet(void)
{
	mqd_t queue = queue_made();
	meta(QUEUE, mq_close(queue));
	meta(NOWHERE, mq_close(queue));
	mq_unlink("/aiotrace." SNIPPET);
}
