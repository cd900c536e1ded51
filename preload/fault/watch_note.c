/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/watch_note.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/sys.h"
#include "trace/block.h"
#include "trace/define.h"

static struct aiot_define_mapped note_counts; /* mappings and bytes: atomic */

void watch_note_mapping(size_t bytes)
{
	__atomic_fetch_add(&note_counts.mappings, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&note_counts.bytes, bytes, __ATOMIC_RELAXED);
}

void watch_note_thread_unseen(void)
{
	note_counts.threads_unseen++;
}

bool watch_note_refused(void)
{
	return note_counts.error != 0;
}

void watch_note_forget(void)
{
	note_counts = (struct aiot_define_mapped){0};
}

static void note_text(struct define_list *list, enum ring_step failed)
{
	static const char head[] = "page faults of mapped files are not seen: ";
	static const char map[] = ": no memory for the kernel's records; to allow it: a higher "
	                          "kernel.perf_event_mlock_kb, or ulimit -l";
	static const char open[] =
	        ": perf_event_open is refused; to allow it: sysctl "
	        "kernel.perf_event_paranoid=2, or CAP_PERFMON; in a container also a "
	        "seccomp profile that lets perf_event_open pass";
	const char *why = failed == RING_STEP_MAP ? map : open;
	const char *words = strerrordesc_np((int)note_counts.error);
	char text[512];
	size_t length = 0;
	const char *parts[] = {head, words ? words : "unknown error", why};
	for (int i = 0; i < 3; i++) {
		size_t bytes = strnlen(parts[i], sizeof text - length);
		memcpy(text + length, parts[i], bytes);
		length += bytes;
	}
	define_add(list, AIOT_DEFINE_NOTE, text, length, NULL, 0);
}

static void note_write(bool refused, enum ring_step failed)
{
	uint8_t record[1024];
	struct define_list list = {record, 0, sizeof record};
	note_counts.mono_ns = clock_of(CLOCK_MONOTONIC);
	define_add(&list, AIOT_DEFINE_MAPPED, &note_counts, sizeof note_counts, NULL, 0);
	if (refused)
		note_text(&list, failed);
	block_write_definitions(list.data, list.used);
}

void watch_note_begun(int error, enum ring_step failed)
{
	note_counts.error = error < 0 ? (uint32_t)-error : 0;
	note_write(error < 0, failed);
}

void watch_note_last(void)
{
	if (note_counts.mappings)
		note_write(false, 0);
}
