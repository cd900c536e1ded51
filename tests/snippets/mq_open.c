/* SPDX-License-Identifier: Apache-2.0 */
#include "body/mq.h"

void snippet(void)
{
	mqd_t queue = queue_made();
	row(QUEUE, -1, 0, queue);
	expect("mq_send", QUEUE, -1, 30, 30);
	mq_unlink("/aiotrace." SNIPPET);
	meta(QUEUE, mq_open("/aiotrace." SNIPPET, O_RDWR));
}
