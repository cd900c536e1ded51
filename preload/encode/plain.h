/* SPDX-License-Identifier: Apache-2.0
 *
 * A zstd frame that holds its content as it is: for what is too little to be worth
 * the memory, and the time, that compressing takes.
 */
#ifndef PRELOAD_PLAIN_H
#define PRELOAD_PLAIN_H

#include <stdint.h>

#define PLAIN_HEAD 16   /* bytes that the frame may take before its content */
#define PLAIN_MOST 8600 /* of content: as room.h has, and a record may take */

/* Puts what makes a frame of the content before it, into the PLAIN_HEAD bytes there.
 * Returns where the frame begins; `bytes` becomes its length. */
uint8_t *plain_frame(uint8_t *content, uint32_t *bytes);

#endif
