/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* FWRITE(buffer, size, count, stream) */
void snippet(void)
{
	FILE *stream = fopen("made", "w");
	row("made", 0, 10, (long long)FWRITE(buffer, 1, 10, stream));
	row("made", 10, 60, 20 * (long long)FWRITE(buffer, 20, 3, stream));
	/* The buffer is filled and written, then whole blocks, then the rest is kept. */
	row("made", 70, 9000, 3000 * (long long)FWRITE(buffer, 3000, 3, stream) + 0);
	expect("stdio.write", "made", 0, 4096, 4096);
	expect("stdio.write", "made", 4096, 4096, 4096);
	fclose(stream);
	expect("stdio.write", "made", 8192, 878, 878);
	stream = fopen("made", "a");
	row("made", ANY, 5, (long long)FWRITE(buffer, 1, 5, stream));
	fclose(stream);
	expect("stdio.write", "made", 9070, 5, 5);
	stream = fopen("data", "r");
	size_t put = FWRITE(buffer, 1, 10, stream);
	row("data", 0, 10, put ? 1 : -1);
}
