/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	expect("pread64", "data", 40, 10, __pread64(data_fd(O_RDONLY), buffer, 10, 40));
	expect("pread64", NOWHERE, 7, 10, __pread64(BAD_FD, buffer, 10, 7));
}
