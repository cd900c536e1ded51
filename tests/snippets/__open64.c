/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	expect("open64", "data", -1, 0, __open64("data", O_RDONLY));
	expect("open64", "made", -1, 0, __open64("made", O_CREAT | O_WRONLY, 0600));
}
