/* SPDX-License-Identifier: Apache-2.0 */
#include "body/cufile.h"

void snippet(void)
{
	void *batch = NULL;
	cuFileBatchIOSetUp(&batch, 4);
	cuFileBatchIODestroy(batch);
	meta(NOWHERE, 0);
}
