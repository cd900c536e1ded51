/* SPDX-License-Identifier: Apache-2.0
 *
 * When main threads said which stage they were in. analysis_marks.
 */
#ifndef MARKS_H
#define MARKS_H

#include <stddef.h>
#include <stdint.h>

#define MARKS_MOST 4096u /* of a process; more are only counted */

struct mark {
	int64_t at_ns; /* CLOCK_REALTIME */
	uint32_t process;
	uint8_t stage; /* AIOT_STAGES: from then on none is said */
};

struct marks_of {
	struct mark *items;
	size_t count, room;
	uint64_t left_out;
};

struct marks {
	struct marks_of *of; /* by process number */
	size_t processes;
	struct mark *items; /* of all, in order of time */
	size_t count;
	uint64_t left_out;
};

#endif
