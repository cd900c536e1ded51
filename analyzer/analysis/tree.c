/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/site_place.h"
#include "base/memory.h"
#include "read/origin.h"

#define TREE_LABEL 512

static uint32_t tree_new(struct tree *t, uint32_t label)
{
	t->nodes = memory_grow(t->nodes, t->count, &t->room, sizeof *t->nodes);
	t->nodes[t->count] = (struct tree_node){.label = label};
	return (uint32_t)t->count++;
}

static uint32_t tree_child(struct tree *t, uint32_t parent, uint32_t label)
{
	uint32_t node = t->nodes[parent].child;

	while (node && t->nodes[node].label != label)
		node = t->nodes[node].sibling;
	if (node)
		return node;
	node = tree_new(t, label);
	t->nodes[node].sibling = t->nodes[parent].child;
	t->nodes[parent].child = node;
	return node;
}

static uint32_t tree_label(struct tree *t, const struct names *names, const struct frame *frame)
{
	char text[TREE_LABEL];
	const struct origin *o = &frame->origin;

	if (o->kind == ORIGIN_LIBRARY || o->kind == ORIGIN_STANDARD)
		return names_add(t->labels, stacks_package(names, frame), o->length);
	site_place(names, frame->file, frame->line, frame->qualified, text, sizeof text);
	return names_add(t->labels, text, strlen(text));
}

static void tree_add(struct tree *t, const struct names *names, const struct stack_sum *sum)
{
	const struct stacks *stacks = &sum->process->stacks;
	uint32_t node = 0;

	site_sum_add(&t->nodes[0].sum, &sum->sum);
	for (uint32_t i = stacks->stacks[sum->stack].count; i-- > 0;) {
		const struct frame *frame = stacks_frame(stacks, sum->stack, i);
		uint32_t label;
		if (stacks_ground(frame))
			continue;
		label = tree_label(t, names, frame);
		if (node && t->nodes[node].label == label)
			continue;
		node = tree_child(t, node, label);
		site_sum_add(&t->nodes[node].sum, &sum->sum);
	}
}

struct tree *tree_make(const struct call_sites *sites, const struct names *names, unsigned stage)
{
	struct tree *t = memory_get(1, sizeof *t);

	t->labels = names_new();
	tree_new(t, 0);
	for (size_t i = 0; i < sites->stack_count; i++)
		if (sites->stacks[i].stage == stage)
			tree_add(t, names, &sites->stacks[i]);
	return t;
}

void tree_free(struct tree *t)
{
	names_free(t->labels);
	free(t->nodes);
	free(t);
}

void tree_sort(struct tree *t, uint32_t node)
{
	uint32_t sorted = 0, next;

	for (uint32_t child = t->nodes[node].child; child; child = next) {
		uint32_t *at = &sorted;
		next = t->nodes[child].sibling;
		while (*at && site_sum_compare(&t->nodes[*at].sum, &t->nodes[child].sum) <= 0)
			at = &t->nodes[*at].sibling;
		t->nodes[child].sibling = *at;
		*at = child;
	}
	t->nodes[node].child = sorted;
}
