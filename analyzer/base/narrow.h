/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of numbers that are mostly small, kept in as many bytes as these take: none, two,
 * four or eight for each word of eight. For records of which there are millions.
 */
#ifndef NARROW_H
#define NARROW_H

#include <stddef.h>

#define NARROW_MOST 512 /* bytes of a record, whole words */

/* A copy that is read by narrow_get alone; free() it. */
void *narrow_keep(const void *record, size_t size);

/* Fills the record, of the size that was kept. */
void narrow_get(const void *narrow, void *record, size_t size);

#endif
