/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	meta("data", ACCESS("data", R_OK | W_OK));
	meta("data", ACCESS("data", X_OK));
	meta("missing", ACCESS("missing", F_OK));
	meta("data/below", ACCESS("data/below", F_OK));
}
