/* SPDX-License-Identifier: Apache-2.0
 *
 * Times that the first pass spared (merge_spare_times). What comes first in a file asks for
 * its time when it comes; what comes last is known at the end alone, and told then.
 */
#ifndef SPARED_H
#define SPARED_H

#include "read/merge.h"
#include "stage/use.h"

/* Puts the ends of what the spots tell into the records. After the last slice; the stream
 * is the one whose times were spared. */
void spared_tell(struct merge *merge, struct process *process, const struct stream *stream,
                 struct use *uses);

#endif
