/* SPDX-License-Identifier: Apache-2.0 */
#include "aio.h"

void snippet(void)
{
	int fd = open("data", O_RDONLY);
	meta("data", AIO(cancel)(fd, NULL));
	meta(NOWHERE, AIO(cancel)(BAD_FD, NULL));
}
