/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/plain.h"

#include <string.h>

#define PLAIN_MAGIC    0xFD2FB528u
#define PLAIN_SIZE_OF4 0xA0 /* the content's size is stated, in 4 bytes; so is the window's */
#define PLAIN_LAST_RAW 1    /* the last block, which holds bytes as they are … */
#define PLAIN_SIZE_BIT 3    /* … this many bits below its length, in 3 bytes */

/* RFC 8878. Both processors that the library knows have the low byte first. */
uint8_t *plain_frame(uint8_t *content, uint32_t *bytes)
{
	const uint32_t magic = PLAIN_MAGIC, size = *bytes;
	const uint32_t block = PLAIN_LAST_RAW | size << PLAIN_SIZE_BIT;
	uint8_t *frame = content - 12;
	memcpy(frame, &magic, 4);
	frame[4] = PLAIN_SIZE_OF4;
	memcpy(frame + 5, &size, 4);
	memcpy(frame + 9, &block, 3);
	*bytes = size + 12;
	return frame;
}
