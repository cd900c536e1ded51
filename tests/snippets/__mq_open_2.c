/* SPDX-License-Identifier: Apache-2.0 */
#include "body/mq.h"

void snippet(void)
{
	queue_made();
	meta(QUEUE, __mq_open_2("/aiotrace." SNIPPET, O_RDONLY));
	mq_unlink("/aiotrace." SNIPPET);
	meta(QUEUE, __mq_open_2("/aiotrace." SNIPPET, O_RDONLY));
}
