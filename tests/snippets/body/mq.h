/* SPDX-License-Identifier: Apache-2.0 */
#include <mqueue.h>
#include <time.h>

#include "../snippet.h"

#define QUEUE "/dev/mqueue/aiotrace." SNIPPET

/* A queue of two messages of at most 50 bytes, with one of 30 in it. */
static mqd_t queue_made(void)
{
	struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = 50};
	mqd_t queue;
	mq_unlink("/aiotrace." SNIPPET);
	queue = mq_open("/aiotrace." SNIPPET, O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attributes);
	if (queue < 0 || mq_send(queue, buffer, 30, 1))
		exit(errno == ENOSYS ? 77 : 1);
	return queue;
}
