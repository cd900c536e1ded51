/* SPDX-License-Identifier: Apache-2.0
 *
 * What an event adds to the labour of an episode.
 */
#ifndef LABOUR_H
#define LABOUR_H

#include "analysis/episode.h"
#include "measure/events.h"

/* Adds a row; `data`: it moves what the episode is of. */
void labour_event(struct labour *labour, const struct events *events, uint32_t row, bool data);

#endif
