/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	meta("data", REALPATH("data") ? 0 : -1);
	meta("missing", REALPATH("missing") ? 0 : -1);
}
