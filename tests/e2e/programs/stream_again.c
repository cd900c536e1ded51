/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a file through a stream, so many times: what libc reads in the kernel lies
 * inside the calls on the stream.
 *
 *     stream_again FILE TIMES
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	char text[1000];

	for (int i = 0; argc == 3 && i < atoi(argv[2]); i++) {
		FILE *file = fopen(argv[1], "r");

		if (!file)
			return 1;
		while (fread(text, 1, sizeof text, file))
			;
		fclose(file);
	}
	return 0;
}
