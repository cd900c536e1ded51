/* SPDX-License-Identifier: Apache-2.0 */
#include "body/cufile.h"

void snippet(void)
{
	meta(NOWHERE, cuFileDriverClose_v2().error);
}
