/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/site_place.h"

#include <stdio.h>
#include <string.h>

#include "read/origin.h"

#define SITE_TEXT 256

uint32_t site_innermost(const struct stack_sum *sum, int kind)
{
	const struct stacks *stacks = &sum->process->stacks;
	uint32_t i = 0;

	while (i < stacks->stacks[sum->stack].count &&
	       stacks_frame(stacks, sum->stack, i)->kind != kind)
		i++;
	return i;
}

uint32_t site_user_frame(const struct stack_sum *sum)
{
	const struct stacks *stacks = &sum->process->stacks;
	uint32_t count = stacks->stacks[sum->stack].count, made = count, other = count;
	int wanted = site_innermost(sum, AIOT_FRAME_PYTHON) < count ? AIOT_FRAME_PYTHON
	                                                            : AIOT_FRAME_NATIVE;

	for (uint32_t i = 0; i < count; i++) {
		const struct frame *frame = stacks_frame(stacks, sum->stack, i);
		if (frame->kind != wanted)
			continue;
		if (frame->origin.kind == ORIGIN_USER)
			return i;
		if (frame->origin.kind == ORIGIN_MADE && made == count)
			made = i;
		if (!stacks_ground(frame) && other == count)
			other = i;
	}
	if (made < count)
		return made;
	return other < count ? other : 0;
}

uint32_t site_libraries(struct names *texts, const struct names *names, const struct stack_sum *sum,
                        uint32_t outer, int kind)
{
	char text[SITE_TEXT] = "";
	const char *last = "";
	size_t used = 0, last_length = 0;

	for (uint32_t i = outer; i-- > 0;) {
		const struct frame *frame = stacks_frame(&sum->process->stacks, sum->stack, i);
		const char *package = stacks_package(names, frame);
		size_t length = frame->origin.length;
		if (frame->kind != kind || stacks_ground(frame))
			continue;
		if (!length || (length == last_length && !memcmp(package, last, length)))
			continue;
		if (used + length + 4 > sizeof text)
			break;
		if (used)
			memcpy(text + used, " > ", 3);
		memcpy(text + used + (used ? 3 : 0), package, length);
		used += length + (used ? 3 : 0);
		last = package;
		last_length = length;
	}
	return names_add(texts, text, used);
}

void site_place(const struct names *names, uint32_t file, uint32_t line, uint32_t function,
                char *text, size_t size)
{
	const char *path = names_text(names, file);
	const char *name = names_text(names, function), *place = path + origin_of(path).package;
	size_t length = strlen(place);

	if (line)
		snprintf(text, size, "%s:%u in %s", place, line, name);
	else if (length && (strncmp(name, place, length) != 0 || name[length] != '+'))
		snprintf(text, size, "%s in %s", place, name);
	else
		snprintf(text, size, "%s", name);
}
