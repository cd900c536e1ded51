/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	expect("fcntl", "data", -1, 0, __fcntl(data_fd(O_RDONLY), F_DUPFD, 30));
	expect("fcntl", NOWHERE, -1, 0, __fcntl(BAD_FD, F_GETFD));
}
