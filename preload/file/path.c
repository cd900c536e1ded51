/* SPDX-License-Identifier: Apache-2.0 */
#include "file/path.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "base/room.h"
#include "base/sys.h"

/* The working directory, kept under a sequence count: odd while it is being
 * changed, 0 before it was asked for. A reader that meets a change asks the
 * kernel itself. */
static uint32_t path_cwd_version;
static uint32_t path_cwd_changes;
static char path_cwd[PATH_BYTES];
static __thread bool path_cwd_parted __attribute__((tls_model("initial-exec")));
static __thread bool path_cwd_kept __attribute__((tls_model("initial-exec")));

static bool path_ask_cwd(char name[PATH_BYTES])
{
	long bytes = SYS2(getcwd, name, PATH_BYTES);
	return bytes > 0 && name[0] == '/';
}

/* Returns false where another thread is at it. */
static bool path_cwd_update(void)
{
	ROOM(now);
	uint32_t version = __atomic_load_n(&path_cwd_version, __ATOMIC_SEQ_CST);
	bool known = path_ask_cwd(now);
	if (version & 1 || !__atomic_compare_exchange_n(&path_cwd_version, &version, version + 1, 0,
	                                                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return false;
	if (known)
		memcpy(path_cwd, now, strlen(now) + 1);
	__atomic_store_n(&path_cwd_version, known ? version + 2 : 0, __ATOMIC_SEQ_CST);
	return true;
}

/* Whoever is at it asks again if there was a change meanwhile. */
void path_cwd_changed(void)
{
	uint32_t change = __atomic_add_fetch(&path_cwd_changes, 1, __ATOMIC_SEQ_CST), done;
	do
		done = change;
	while (path_cwd_update() &&
	       (change = __atomic_load_n(&path_cwd_changes, __ATOMIC_SEQ_CST)) != done);
}

void path_cwd_look(void)
{
	if (!path_cwd_parted && !path_cwd_kept &&
	    __atomic_load_n(&path_cwd_version, __ATOMIC_RELAXED) != 0)
		path_cwd_changed();
}

void path_cwd_part(bool own)
{
	path_cwd_parted = own;
	path_cwd_look();
}

static void path_know_cwd(void)
{
	if (__atomic_load_n(&path_cwd_version, __ATOMIC_RELAXED) == 0)
		path_cwd_changed();
}

void path_cwd_keep(bool keep)
{
	path_cwd_kept = keep;
	if (keep)
		path_know_cwd();
}

static bool path_read_cwd(char name[PATH_BYTES])
{
	if (__builtin_expect(path_cwd_parted, 0))
		return path_ask_cwd(name);
	path_know_cwd();
	uint32_t before = __atomic_load_n(&path_cwd_version, __ATOMIC_ACQUIRE);
	if (before == 0 || before & 1)
		return path_ask_cwd(name);
	memcpy(name, path_cwd, strnlen(path_cwd, PATH_BYTES - 1) + 1);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (__atomic_load_n(&path_cwd_version, __ATOMIC_RELAXED) == before)
		return true;
	return path_ask_cwd(name);
}

static char *path_decimal(char *end, uint64_t number)
{
	do
		*--end = (char)('0' + number % 10);
	while (number /= 10);
	return end;
}

bool path_of_fd(int fd, char name[PATH_BYTES])
{
	char link[32] = "/proc/self/fd/";
	char digits[12] = "";
	strcpy(link + 14, path_decimal(digits + 11, (unsigned)fd));
	long bytes = fd < 0 ? -1 : SYS4(readlinkat, AT_FDCWD, link, name, PATH_BYTES - 1);
	name[bytes > 0 ? bytes : 0] = '\0';
	return bytes > 0;
}

void path_of_inode(const char *kind, uint64_t inode, char name[PATH_BYTES])
{
	char digits[24] = "";
	strcpy(name, kind);
	strcat(name, path_decimal(digits + 23, inode));
	strcat(name, "]");
}

void path_of_information(int fd, char path[40])
{
	char digits[12] = "";
	strcpy(path, "/proc/self/fdinfo/");
	strcat(path, path_decimal(digits + 11, (unsigned)fd));
}

/* Appends the segments of `path` behind `length` bytes of name. */
static bool path_append(char *name, size_t length, const char *path)
{
	bool certain = true;
	while (*path) {
		size_t segment = strcspn(path, "/");
		bool dot = segment == 1 && path[0] == '.';
		if (segment && !dot) {
			if (length + segment + 2 > PATH_BYTES)
				return false;
			certain &= !(segment == 2 && path[0] == '.' && path[1] == '.');
			name[length++] = '/';
			memcpy(name + length, path, segment);
			length += segment;
		}
		path += segment + (path[segment] == '/');
	}
	if (length == 0)
		name[length++] = '/';
	name[length] = '\0';
	return certain;
}

const char *path_of_text(const char *text, char link[PATH_BYTES])
{
	if (text[0] == '/')
		return text;
	char *slash = strrchr(link, '/');
	size_t room = slash ? (size_t)(link + PATH_BYTES - (slash + 1)) : 0;
	if (strlen(text) >= room)
		return NULL;
	memcpy(slash + 1, text, strlen(text) + 1);
	return link;
}

bool path_absolute(int directory, const char *path, char name[PATH_BYTES])
{
	if (!path) {
		name[0] = '\0';
		return true;
	}
	name[0] = '\0';
	bool known = path[0] == '/' ||
	             (directory == AT_FDCWD ? path_read_cwd(name) : path_of_fd(directory, name));
	if (!known) {
		size_t bytes = strnlen(path, PATH_BYTES - 1);
		memcpy(name, path, bytes);
		name[bytes] = '\0';
		return false;
	}
	size_t length = path[0] == '/' ? 0 : strlen(name);
	return path_append(name, length == 1 ? 0 : length, path);
}
