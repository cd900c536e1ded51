/* SPDX-License-Identifier: Apache-2.0
 *
 * The second pass: events into sums by stage, with every stage now known.
 */
#ifndef TALLY_H
#define TALLY_H

#include "analysis/analysis.h"
#include "analysis/coverage.h"
#include "analysis/episode.h"
#include "analysis/summary.h"

/* What the pass fills and adds to. */
struct tallied {
	struct stage_summary *stages; /* all but their patterns and files */
	struct episodes *saved, *loaded;
	struct mapped *mapped; /* by name */
	struct coverage *coverage;
	void **found; /* results of the analyses */
};

/* Reads all events once, on all cores. */
void tally_events(const struct tallied *to, const struct known *known);

#endif
