/* SPDX-License-Identifier: Apache-2.0 */
#define SEND(fd, data, size, flags)                                                                \
	sendmsg(fd, &(struct msghdr){.msg_iov = &(struct iovec){data, size}, .msg_iovlen = 1},     \
	        flags)
#include "body/send.h"
