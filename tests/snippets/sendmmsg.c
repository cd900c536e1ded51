/* SPDX-License-Identifier: Apache-2.0 */
#include "body/wait.h"

void snippet(void)
{
	int fds[2];
	struct mmsghdr messages[2] = {
	        {.msg_hdr = {.msg_iov = &(struct iovec){buffer, 10}, .msg_iovlen = 1}},
	        {.msg_hdr = {.msg_iov = &(struct iovec){buffer, 20}, .msg_iovlen = 1}}};
	socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
	row(ANYWHERE, -1, 30, sendmmsg(fds[0], messages, 2, 0) == 2 ? 30 : -1);
	row(NOWHERE, -1, 0, sendmmsg(BAD_FD, messages, 2, 0));
}
