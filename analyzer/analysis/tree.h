/* SPDX-License-Identifier: Apache-2.0
 *
 * Stacks of a stage as one tree, from the outermost frame: the user's frames by
 * line, libraries folded into one node each.
 */
#ifndef TREE_H
#define TREE_H

#include "analysis/call_sites.h"

struct tree_node {
	uint32_t label;          /* in labels */
	uint32_t child, sibling; /* indices, 0 = none */
	struct site_sum sum;     /* with all below */
};

/* nodes[0] is the stage. */
struct tree {
	struct tree_node *nodes;
	size_t count, room;
	struct names *labels;
};

struct tree *tree_make(const struct call_sites *sites, const struct names *names, unsigned stage);
void tree_free(struct tree *tree);

/* Puts the children of a node in order, most bytes first. */
void tree_sort(struct tree *tree, uint32_t node);

#endif
