/* SPDX-License-Identifier: Apache-2.0 */
#include "body/cufile.h"

void snippet(void)
{
	void *handle = handle_of(open("data", O_RDONLY)),
	     *bad = handle_of(open("/dev/null", O_WRONLY));
	row("data", 40, 10, cuFileRead(handle, buffer, 10, 40, 0));
	row("data", 95, 10, cuFileRead(handle, buffer, 10, 95, 100));
	row("/dev/null", 0, 10, cuFileRead(bad, buffer, 10, 0, 0));
}
