/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	meta("data", syncfs(data_fd(O_RDONLY)));
	meta(NOWHERE, syncfs(BAD_FD));
}
