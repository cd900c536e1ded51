/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	expect("close", "data", -1, 0, __close(data_fd(O_RDONLY)));
	expect("close", NOWHERE, -1, 0, __close(BAD_FD));
}
