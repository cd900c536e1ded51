/* SPDX-License-Identifier: Apache-2.0 */
#include "body/cufile.h"

void snippet(void)
{
	row(NOWHERE, -1, 100, cuFileBufRegister(buffer, 100, 0).error);
	row(NOWHERE, -1, 0, -cuFileBufRegister(NULL, 0, 0).error);
}
