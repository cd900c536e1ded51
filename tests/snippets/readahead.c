/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	row("data", 10, 50, readahead(data_fd(O_RDONLY), 10, 50));
	row(NOWHERE, 10, 50, readahead(BAD_FD, 10, 50));
}
