/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

/* A family knows the number and gives it its own name. */
void snippet(void)
{
	expect("io_destroy", NOWHERE, -1, 0, syscall(SYS_io_destroy, 0));
}
