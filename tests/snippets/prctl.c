/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>

#include "snippet.h"

/* No event; what comes behind is traced on. */
void snippet(void)
{
	char name[16];
	prctl(PR_SET_NAME, "snippet", 0, 0, 0);
	expect("read", "data", 0, 10, read(data_fd(O_RDONLY), buffer, 10));
	if (prctl(PR_GET_NAME, name, 0, 0, 0) != 0 || strcmp(name, "snippet") != 0)
		exit(1);
}
