/* SPDX-License-Identifier: Apache-2.0
 *
 * Phases, and marks on the timeline, in the text report.
 */
#ifndef TEXT_PHASES_H
#define TEXT_PHASES_H

#include "report/text_part.h"

void text_phases(const struct text *text);

/* The stages that the program said it was in, over the run's time, in so many columns,
 * a letter each; nothing where it said none. */
void text_marks(const struct text *text, unsigned width);

#endif
