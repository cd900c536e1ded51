/* SPDX-License-Identifier: Apache-2.0 */
#include "file/mounts.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/sys.h"
#include "config.h"
#include "trace/block.h"

#define MOUNTS_VARIABLE   "AIOTRACE_MOUNTS"
#define MOUNTS_HASH       16 /* digits */
#define MOUNTS_NAMES_ROOM 64
#define MOUNTS_DEVICES    1024

/* What the process, or the one that it was forked from, wrote: children see it
 * again, without reading the list, as long as they see the same mounts. */
static char mounts_namespace[MOUNTS_NAMES_ROOM];
static char mounts_hash[MOUNTS_HASH + 1];
static char mounts_variable[sizeof MOUNTS_VARIABLE + MOUNTS_HASH + 1];

/* Devices that the list has, or that made it be read again. */
static uint64_t mounts_devices[MOUNTS_DEVICES];
static uint32_t mounts_device_count;
static uint32_t mounts_meeting;   /* one thread is at it */
static uint64_t mounts_late_hash; /* of the latest list that was written again; 0 = none */

static bool mounts_device_is_known(uint64_t device)
{
	for (uint32_t i = 0; i < mounts_device_count; i++)
		if (mounts_devices[i] == device)
			return true;
	return mounts_device_count == MOUNTS_DEVICES;
}

static void mounts_learn_device(uint64_t device)
{
	if (!mounts_device_is_known(device))
		mounts_devices[mounts_device_count++] = device;
}

/* Each line: id parent major:minor … */
static void mounts_learn(const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		char *at = (char *)line + (*line == '\n');
		strtoul(at, &at, 10);
		strtoul(at, &at, 10);
		uint64_t device = (uint64_t)strtoul(at, &at, 10) << 32;
		if (*at == ':')
			mounts_learn_device(device | strtoul(at + 1, NULL, 10));
		line += *line == '\n';
	}
}

static bool mounts_are_inherited(const char *namespace)
{
	return mounts_hash[0] && !strcmp(namespace, mounts_namespace);
}

static void mounts_read_namespace(char namespace[MOUNTS_NAMES_ROOM])
{
	long bytes =
	        SYS4(readlinkat, AT_FDCWD, "/proc/self/ns/mnt", namespace, MOUNTS_NAMES_ROOM - 1);
	namespace[bytes > 0 ? bytes : 0] = '\0';
}

static void mounts_set_hash(const char *text, size_t bytes)
{
	uint64_t hash = XXH3_64bits(text, bytes);
	for (int i = 0; i < MOUNTS_HASH; i++)
		mounts_hash[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
}

static bool mounts_are_known_by_run(void)
{
	const char *known = config_variable(MOUNTS_VARIABLE);
	return config.run && known && !strcmp(known, mounts_hash);
}

/* A list that is longer than its room ends with a whole line. */
static size_t mounts_whole_lines(struct define_list *list, const char *text, size_t bytes)
{
	static const char note[] = "there are more mounts than the trace takes in; files on the "
	                           "others are shown on the mount above";
	if (bytes < MOUNTS_BYTES - 1)
		return bytes;
	define_add(list, AIOT_DEFINE_NOTE, note, sizeof note - 1, NULL, 0);
	while (bytes && text[bytes - 1] != '\n')
		bytes--;
	return bytes;
}

static bool mounts_has_root(const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		for (int field = 0; field < 4 && line; field++)
			line = (line = strchr(line, ' ')) ? line + 1 : NULL;
		if (!line)
			return false;
		if (line[0] == '/' && line[1] == ' ')
			return true;
	}
	return false;
}

static const char *mounts_type(long magic)
{
	static const struct {
		uint32_t magic;
		const char *name;
	} types[] = {{0xef53, "ext4"},        {0x58465342, "xfs"},   {0x9123683e, "btrfs"},
	             {0x2fc12fc1, "zfs"},     {0x01021994, "tmpfs"}, {0x794c7630, "overlay"},
	             {0x6969, "nfs"},         {0xff534d42, "cifs"},  {0xfe534d42, "smb3"},
	             {0x0bd00bd0, "lustre"},  {0x47504653, "gpfs"},  {0x00c36400, "ceph"},
	             {0x01021997, "9p"},      {0x65735546, "fuse"},  {0xf2f52010, "f2fs"},
	             {0x73717368, "squashfs"}};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].magic == (uint32_t)magic)
			return types[i].name;
	return "unknown";
}

static char *mounts_number(char *to, unsigned number)
{
	char digits[10];
	int count = 0;
	do
		digits[count++] = (char)('0' + number % 10);
	while (number /= 10);
	while (count)
		*to++ = digits[--count];
	return to;
}

/* In a chroot whose root is no mount, the list lacks what the root is on. */
static size_t mounts_add_root(char *text, size_t bytes)
{
	struct stat about = {0};
	struct statfs system = {0};
	if (bytes + 128 > MOUNTS_BYTES || mounts_has_root(text) || SYS2(stat, "/", &about) < 0 ||
	    SYS2(statfs, "/", &system) < 0)
		return bytes;
	char *to = stpcpy(text + bytes, "0 0 ");
	to = mounts_number(to, major(about.st_dev));
	*to++ = ':';
	to = mounts_number(to, minor(about.st_dev));
	to = stpcpy(to, " / / rw - ");
	to = stpcpy(to, mounts_type((long)system.f_type));
	return (size_t)(stpcpy(to, " (chroot) rw\n") - text);
}

static void mounts_add_list(struct define_list *list, char *text)
{
	long got = sys_read_file("/proc/self/mountinfo", text, MOUNTS_BYTES);
	text[got > 0 ? got : 0] = '\0';
	size_t bytes = mounts_add_root(text, got > 0 ? (size_t)got : 0);
	if (!bytes)
		return;
	mounts_set_hash(text, bytes);
	mounts_learn(text);
	if (!mounts_are_known_by_run())
		define_attribute(list, "mountinfo", text, mounts_whole_lines(list, text, bytes));
}

/* The list as it is now, under a name of its own. */
static void mounts_add_late(struct define_list *list, char *text)
{
	long got = sys_read_file("/proc/self/mountinfo", text, MOUNTS_BYTES);
	text[got > 0 ? got : 0] = '\0';
	size_t bytes = mounts_add_root(text, got > 0 ? (size_t)got : 0);
	uint64_t hash = bytes ? XXH3_64bits(text, bytes) | 1 : 0;
	if (!hash || hash == mounts_late_hash)
		return;
	mounts_late_hash = hash;
	mounts_learn(text);
	define_attribute(list, "mountinfo.late", text, mounts_whole_lines(list, text, bytes));
}

/* A forked child's files may be on what its parent met. */
static void mounts_add_inherited(struct define_list *list)
{
	char *text = mounts_late_hash ? sys_map(MOUNTS_BYTES, 0) : NULL;
	if (!text)
		return;
	mounts_late_hash = 0;
	mounts_add_late(list, text);
	sys_unmap(text, MOUNTS_BYTES);
}

void mounts_meet(uint64_t device)
{
	if (mounts_device_is_known(device) ||
	    __atomic_exchange_n(&mounts_meeting, 1, __ATOMIC_ACQUIRE))
		return;
	size_t room = 2 * MOUNTS_BYTES + 4096;
	char *memory = sys_map(room, 0);
	if (memory) {
		struct define_list list = {(uint8_t *)memory + MOUNTS_BYTES, 0,
		                           (uint32_t)(room - MOUNTS_BYTES)};
		mounts_add_late(&list, memory);
		mounts_learn_device(device);
		if (list.used)
			block_write_definitions(list.data, list.used);
		sys_unmap(memory, room);
	}
	__atomic_store_n(&mounts_meeting, 0, __ATOMIC_RELEASE);
}

void mounts_add(struct define_list *list)
{
	char namespace[MOUNTS_NAMES_ROOM];
	mounts_read_namespace(namespace);
	if (!mounts_are_inherited(namespace)) {
		char *text = sys_map(MOUNTS_BYTES, 0);
		if (!text)
			return;
		memcpy(mounts_namespace, namespace, sizeof namespace);
		mounts_add_list(list, text);
		sys_unmap(text, MOUNTS_BYTES);
	} else {
		mounts_add_inherited(list);
	}
	define_attribute(list, "mountinfo.hash", mounts_hash, strlen(mounts_hash));
}

void mounts_tell_children(void)
{
	if (!mounts_hash[0])
		return;
	strcpy(mounts_variable, MOUNTS_VARIABLE "=");
	strcat(mounts_variable, mounts_hash);
	putenv(mounts_variable);
}
