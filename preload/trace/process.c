/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/clock.h"
#include "base/sys.h"
#include "config.h"
#include "encode/encode.h"
#include "file/mounts.h"
#include "file/path.h"
#include "sandbox.h"
#include "trace/attributes.h"
#include "trace/live.h"
#include "trace/block.h"

#define PROCESS_IMAGES 100000

static char process_run[PATH_BYTES]; /* absolute, once made */
static char process_trace[PATH_BYTES + 128];
static char process_live[PATH_BYTES + 128];
static char process_variable[PATH_BYTES + 16]; /* AIOTRACE_RUN=… as environ holds it */

void process_read_config(void)
{
	char exe[PATH_BYTES];
	long bytes = SYS4(readlinkat, AT_FDCWD, "/proc/self/exe", exe, PATH_BYTES - 1);
	exe[bytes > 0 ? bytes : 0] = '\0';
	config_read(exe);
	encode_coarse = config.time_bits;
}

/* UTC as 20260131-235959. Civil from days: H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms". libc's gmtime would read files. */
static void process_date(uint64_t seconds, char text[24])
{
	unsigned days = (unsigned)(seconds / 86400) + 719468, rest = (unsigned)(seconds % 86400);
	unsigned era = days / 146097, of_era = days % 146097;
	unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
	unsigned shifted = (5 * of_year + 2) / 153, day = of_year - (153 * shifted + 2) / 5 + 1;
	unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
	snprintf(text, 24, "%04u%02u%02u-%02u%02u%02u", (era * 400 + year + (month <= 2)) % 10000,
	         month % 100, day % 100, rest / 3600, rest / 60 % 60, rest % 60);
}

/* Makes a folder and those above it. Returns 0 or -errno. */
static int process_make_folder(char *path)
{
	long error = SYS3(mkdirat, AT_FDCWD, path, 0777);
	if (error == -EEXIST)
		return 0;
	char *slash = strrchr(path, '/');
	if (error != -ENOENT || !slash || slash == path)
		return (int)error;
	*slash = '\0';
	error = process_make_folder(path);
	*slash = '/';
	return error ? (int)error : (int)SYS3(mkdirat, AT_FDCWD, path, 0777);
}

/* Where AIOTRACE_DIR is everybody's, so is the run's folder: for processes that go on as
 * another user. What is in it stays its owners'. */
static void process_open_run(void)
{
	struct stat about;
	char *slash = strrchr(process_run, '/');
	*slash = '\0';
	bool open = SYS2(stat, process_run, &about) == 0 && about.st_mode & S_IWOTH;
	*slash = '/';
	if (open && sandbox_allows_young())
		SYS3(fchmodat, AT_FDCWD, process_run, 01777);
}

static int process_make_run(const char *host, uint32_t pid)
{
	if (process_run[0])
		return 0;
	if (config.run && strlen(config.run) < sizeof process_run) {
		strcpy(process_run, config.run);
		return process_make_folder(process_run);
	}
	char date[24];
	process_date(clock_of(CLOCK_REALTIME) / 1000000000u, date);
	path_absolute(AT_FDCWD, config.directory, process_run);
	size_t length = strlen(process_run), room = sizeof process_run - length;
	int more = snprintf(process_run + length, room, "/%s-%s-%u", date, host, pid);
	if (more < 0 || (size_t)more >= room)
		return -ENAMETOOLONG;
	int error = process_make_folder(process_run);
	if (!error)
		process_open_run();
	return error;
}

static uint8_t process_hex(char digit)
{
	return (uint8_t)(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
}

static void process_read_boot_id(uint8_t id[16])
{
	char text[64];
	long bytes = sys_read_file("/proc/sys/kernel/random/boot_id", text, sizeof text);
	for (int digit = 0, i = 0; i < bytes && digit < 32; i++)
		if (text[i] != '-' && text[i] != '\n') {
			id[digit / 2] = (uint8_t)(id[digit / 2] << 4 | process_hex(text[i]));
			digit++;
		}
}

/* The machine's; a forked child has it from its parent. */
static void process_boot_id(uint8_t id[16])
{
	static uint8_t known[16];
	static bool read;
	if (!read) {
		process_read_boot_id(known);
		read = true;
	}
	memcpy(id, known, sizeof known);
}
/* Creates the trace under the first number that is free. Returns the number,
 * or -errno. */
static int process_create(struct aiot_header *header, const char *host,
                          const struct define_list *first)
{
	for (uint32_t image = 0; image < PROCESS_IMAGES; image++) {
		header->image = image;
		header->checksum = XXH64(header, offsetof(struct aiot_header, checksum), 0);
		snprintf(process_trace, sizeof process_trace, "%s/%s.%u.%u" AIOT_SUFFIX,
		         process_run, host, header->pid, image);
		int error = block_begin_trace(process_trace, header, first->data, first->used);
		if (error != -EEXIST)
			return error ? error : (int)image;
	}
	return -EEXIST;
}

static int process_create_live(uint32_t pid, uint32_t image)
{
	size_t stem = strlen(process_trace) - strlen(AIOT_SUFFIX);
	memcpy(process_live, process_trace, stem);
	strcpy(process_live + stem, AIOT_LIVE_SUFFIX);
	return live_create(process_live, pid, image);
}

int process_begin(bool forked)
{
	static uint32_t forker; /* who may have left already, or count in another namespace */
	struct utsname names;
	if (SYS1(uname, &names) < 0)
		strcpy(names.nodename, "unknown");
	struct aiot_header header = {.magic = AIOT_MAGIC,
	                             .byte_order = AIOT_BYTE_ORDER,
	                             .version = AIOT_VERSION,
	                             .min_reader = AIOT_MIN_READER,
	                             .header_bytes = sizeof header,
	                             .pid = (uint32_t)SYS0(getpid),
	                             .ppid = forked && forker ? forker : (uint32_t)SYS0(getppid),
	                             .origin = forked ? AIOT_ORIGIN_FORK : AIOT_ORIGIN_EXEC,
	                             .start_mono_ns = clock_of(CLOCK_MONOTONIC),
	                             .start_real_ns = clock_of(CLOCK_REALTIME)};
	forker = header.pid;
	process_boot_id(header.boot_id);
	int error = process_make_run(names.nodename, header.pid);
	if (error)
		return error;
	struct define_list first;
	error = attributes_begin(&first, names.nodename);
	if (error)
		return error;
	int image = process_create(&header, names.nodename, &first);
	attributes_end(&first);
	return image < 0 ? image : process_create_live(header.pid, (uint32_t)image);
}

void process_tell_children(void)
{
	mounts_tell_children();
	if (config.run || !process_run[0])
		return;
	snprintf(process_variable, sizeof process_variable, "AIOTRACE_RUN=%s", process_run);
	putenv(process_variable);
}

void process_end(void)
{
	attributes_write_last();
}
