/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	expect("pwrite64", "data", 40, 10, __pwrite64(data_fd(O_WRONLY), buffer, 10, 40));
	expect("pwrite64", NOWHERE, 7, 10, __pwrite64(BAD_FD, buffer, 10, 7));
}
