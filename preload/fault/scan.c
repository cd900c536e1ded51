/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/scan.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/clock.h"
#include "base/maps.h"
#include "base/sys.h"
#include "fault/mapping.h"
#include "fault/watch_note.h"
#include "file/file.h"
#include "file/path.h"
#include "state.h"
#include "trace/live.h"

#define SCAN_CODES     256         /* files with code that are told apart */
#define SCAN_INTERVAL  1000000000u /* ns */
#define SCAN_SHARE     200         /* of time: one part is spent at most */
#define SCAN_FRUITLESS 5           /* then it is given up */

struct scan_entry {
	uint64_t inode;
	int64_t offset;
	uint16_t bytes;
	uint8_t type;
	char name[];
};

static void scan_entries(const char *entries, long bytes, void (*each)(uint32_t tid))
{
	for (long at = 0; at < bytes;) {
		const struct scan_entry *entry = (const struct scan_entry *)(entries + at);
		uint32_t tid = 0;
		for (const char *digit = entry->name; *digit >= '0' && *digit <= '9'; digit++)
			tid = tid * 10 + (uint32_t)(*digit - '0');
		if (tid)
			each(tid);
		at += entry->bytes;
	}
}

void scan_threads(void (*each)(uint32_t tid))
{
	_Alignas(struct scan_entry) char entries[4096];
	long bytes;
	int fd = sys_open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	while ((bytes = SYS3(getdents64, fd, entries, sizeof entries)) > 0)
		scan_entries(entries, bytes, each);
	sys_close(fd);
}

/* Files that have code mapped: programs and libraries, whose data is no one's
 * data set. Those past the room are told by their names alone. */
struct scan_codes {
	uint64_t inodes[SCAN_CODES];
	uint32_t count;
};

static bool scan_is_code(const struct scan_codes *codes, uint64_t inode)
{
	for (uint32_t i = 0; i < codes->count; i++)
		if (codes->inodes[i] == inode)
			return true;
	return false;
}

static void scan_find_codes(struct maps *maps, struct scan_codes *codes)
{
	struct maps_line line;
	while (maps_next(maps, &line) && codes->count < SCAN_CODES)
		if (line.executable && line.inode && !scan_is_code(codes, line.inode))
			codes->inodes[codes->count++] = line.inode;
	maps_again(maps);
}

static struct file scan_file(const struct maps_line *line)
{
	static const char deleted[] = " (deleted)";
	char name[PATH_BYTES];
	size_t length = line->path_bytes, tail = sizeof deleted - 1;
	struct stat about = {.st_mode = S_IFREG,
	                     .st_dev = makedev(line->major, line->minor),
	                     .st_ino = line->inode,
	                     .st_size = -1};
	if (length >= sizeof name)
		return (struct file){0};
	if (length > tail && !memcmp(line->path + length - tail, deleted, tail))
		length -= tail;
	memcpy(name, line->path, length);
	name[length] = '\0';
	return file_named(name, &about);
}

static bool scan_add(const struct maps_line *line, uint64_t since_ns)
{
	struct mapping known = {0};
	bool found = mapping_find(line->begin, &known);
	if ((found && known.generation == state_generation) ||
	    live_is(line->path, line->path_bytes))
		return false;
	struct file file = scan_file(line);
	struct mapping mapping = {.begin = line->begin,
	                          .end = line->end,
	                          .offset = line->offset,
	                          .since_ns = since_ns,
	                          .file = file.id,
	                          .handle = found ? known.handle : 0,
	                          .generation = state_generation,
	                          .stage = file.stage,
	                          .wanted = file.id && file.stage == AIOT_STAGE_OTHER};
	if (!mapping.wanted || !mapping_add(&mapping))
		return false;
	watch_note_mapping(line->end - line->begin);
	return true;
}

uint32_t scan_mappings(uint64_t since_ns)
{
	struct scan_codes codes;
	struct maps maps;
	struct maps_line line;
	uint32_t added = 0;
	codes.count = 0;
	if (!maps_open(&maps))
		return 0;
	scan_find_codes(&maps, &codes);
	while (maps_next(&maps, &line))
		if (line.inode && line.path_bytes && line.path[0] == '/' &&
		    !scan_is_code(&codes, line.inode))
			added += scan_add(&line, since_ns);
	maps_close(&maps);
	return added;
}

void scan_now_and_then(uint64_t now)
{
	static uint64_t next;
	static uint32_t fruitless;
	if (now < next || fruitless >= SCAN_FRUITLESS)
		return;
	fruitless = scan_mappings(now) ? 0 : fruitless + 1;
	uint64_t spent = clock_of(CLOCK_MONOTONIC) - now;
	next = now + SCAN_INTERVAL + spent * SCAN_SHARE;
}
