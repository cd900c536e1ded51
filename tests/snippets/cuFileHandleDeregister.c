/* SPDX-License-Identifier: Apache-2.0 */
#include "body/cufile.h"

void snippet(void)
{
	cuFileHandleDeregister(handle_of(open("data", O_RDONLY)));
	meta("data", 0);
}
