/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	expect("open", "data", -1, 0, __open("data", O_RDONLY));
	expect("open", "made", -1, 0, __open("made", O_CREAT | O_WRONLY, 0600));
}
