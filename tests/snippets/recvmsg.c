/* SPDX-License-Identifier: Apache-2.0 */
#define RECV(fd, data, size, flags)                                                                \
	recvmsg(fd, &(struct msghdr){.msg_iov = &(struct iovec){data, size}, .msg_iovlen = 1},     \
	        flags)
#include "body/recv.h"
