/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* ATTRIBUTE(place) asks for SIZE bytes. Some file systems have no attributes:
 * then it fails as it does untraced. */
void snippet(void)
{
	row("data", -1, SIZE, ATTRIBUTE(PLACE("data")));
	row("data", -1, SIZE, ATTRIBUTE(PLACE("data")));
	row(ANYWHERE, -1, SIZE, ATTRIBUTE(PLACE("missing")));
}
