/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files were saved, or loaded, together.
 */
#ifndef BELONG_H
#define BELONG_H

#include "analysis/episode.h"

/* What follows so soon may belong to what was before. */
#define BELONG_NS INT64_C(1000000000)

/* Whether b, which began after a did, is of the same moment; with by_path only where it is the
 * same file. */
bool belong_together(const struct episode *a, const struct episode *b,
                     const struct recording *recording, bool by_path);

/* Whether b, which comes right behind `with` of the same moment as a, is a small file that is
 * written once more, and no next moment. */
bool belong_note(const struct episode *a, const struct episode *b, const struct episode *with);

/* Length of the path of the innermost folder that both paths lie in. */
size_t belong_common(const char *path, const char *other);

#endif
