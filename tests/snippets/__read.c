/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	expect("read", "data", 0, 10, __read(data_fd(O_RDONLY), buffer, 10));
	expect("read", NOWHERE, -1, 10, __read(BAD_FD, buffer, 10));
}
