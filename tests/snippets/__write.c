/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	expect("write", "data", 0, 10, __write(data_fd(O_WRONLY), buffer, 10));
	expect("write", NOWHERE, -1, 10, __write(BAD_FD, buffer, 10));
}
