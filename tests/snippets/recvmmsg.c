/* SPDX-License-Identifier: Apache-2.0 */
#include "body/wait.h"

void snippet(void)
{
	int fds[2];
	char other[50];
	struct mmsghdr messages[2] = {
	        {.msg_hdr = {.msg_iov = &(struct iovec){buffer, 50}, .msg_iovlen = 1}},
	        {.msg_hdr = {.msg_iov = &(struct iovec){other, 50}, .msg_iovlen = 1}}};
	socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
	syscall(SYS_sendto, fds[0], buffer, 10, 0, NULL, 0);
	syscall(SYS_sendto, fds[0], buffer, 20, 0, NULL, 0);
	row(ANYWHERE, -1, 100, recvmmsg(fds[1], messages, 2, 0, NULL) == 2 ? 30 : -1);
	row(ANYWHERE, -1, 0, recvmmsg(fds[1], messages, 2, MSG_DONTWAIT, NULL));
}
