/* SPDX-License-Identifier: Apache-2.0
 *
 * Before every header of libc, by the compiler's -include. Headers promise that
 * pointers are not NULL, and the programs we sit in break that; and they hold
 * inline versions of functions that we define.
 */
#ifndef PRELOAD_HEADERS_H
#define PRELOAD_HEADERS_H

#define __nonnull(params)
#define __attribute_nonnull__(params)

#ifndef __NO_INLINE__
#define __NO_INLINE__ 1
#endif

/* On the declaration of a variable that is used with each call: of this library
 * alone, so reached without a look into the table of others' symbols. */
#define HIDDEN __attribute__((visibility("hidden")))

#endif
