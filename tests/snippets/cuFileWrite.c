/* SPDX-License-Identifier: Apache-2.0 */
#include "body/cufile.h"

void snippet(void)
{
	void *handle = handle_of(open("data", O_RDWR));
	row("data", 40, 10, cuFileWrite(handle, buffer, 10, 40, 0));
	row("data", 200, 20, cuFileWrite(handle, buffer, 20, 200, 0));
}
