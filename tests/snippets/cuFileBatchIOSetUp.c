/* SPDX-License-Identifier: Apache-2.0 */
#include "body/cufile.h"

void snippet(void)
{
	void *batch = NULL;
	row(NOWHERE, -1, 4, cuFileBatchIOSetUp(&batch, 4).error);
}
