/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	expect("dup2", "data", -1, 0, __dup2(data_fd(O_RDONLY), 30));
	expect("dup2", NOWHERE, -1, 0, __dup2(BAD_FD, 30));
}
