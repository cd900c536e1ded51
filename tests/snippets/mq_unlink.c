/* SPDX-License-Identifier: Apache-2.0 */
#include "body/mq.h"

void snippet(void)
{
	mq_unlink("/aiotrace." SNIPPET);
	meta(QUEUE, -1);
	queue_made();
	meta(QUEUE, -1);
	meta(QUEUE, mq_unlink("/aiotrace." SNIPPET));
}
