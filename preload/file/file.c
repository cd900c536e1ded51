/* SPDX-License-Identifier: Apache-2.0 */
#include "file/file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sysmacros.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/sys.h"
#include "config.h"
#include "file/classify.h"
#include "file/mounts.h"
#include "file/path.h"
#include "trace/define.h"

/* That many files are opened again and again without being told of each time. */
#define FILE_REMEMBERED 65536
#define FILE_WAYS       4 /* places that a name may have at a level: a cache line */
#define FILE_LEVELS     3

/* A name lies in the first level that had a free place for it, so that few names take
 * few pages: memory that is touched for the first time costs more than all else. The
 * last level takes whatever comes. */
static const uint32_t file_lines[FILE_LEVELS] = {256, 2048, FILE_REMEMBERED / FILE_WAYS};

/* What is known of a name. A reader takes no lock: it reads the word, the hash
 * and the word again. An id is never given to another name, so a word that is
 * the same twice, and was not locked, is that of the hash between. */
struct file_memory {
	uint64_t hash; /* of the name; 0 = empty */
	union {
		struct {
			uint32_t id;
			uint8_t stage;
			uint8_t kind;
			uint8_t wanted;
			uint8_t locked; /* whoever finds it locked does without */
		};
		uint64_t word;
	};
};

/* Wiped by fork: a child's trace needs definitions of its own. */
static struct file_memory *file_memories;
static uint32_t file_last; /* id given out; goes on in a child */

int file_prepare(void)
{
	size_t lines = 0;
	for (int i = 0; i < FILE_LEVELS; i++)
		lines += file_lines[i];
	file_memories = sys_map(lines * FILE_WAYS * sizeof *file_memories, 1);
	return file_memories ? 0 : -ENOMEM;
}

enum aiot_file_kind file_kind(const struct stat *about, const char *path)
{
	if (!about)
		return AIOT_FILE_UNKNOWN;
	switch (about->st_mode & S_IFMT) {
	case S_IFREG: return AIOT_FILE_REGULAR;
	case S_IFDIR: return AIOT_FILE_DIRECTORY;
	case S_IFIFO: return AIOT_FILE_PIPE;
	case S_IFSOCK: return AIOT_FILE_SOCKET;
	case S_IFCHR: return AIOT_FILE_CHARACTER;
	case S_IFBLK: return AIOT_FILE_BLOCK;
	default: return strncmp(path, "anon_inode:", 11) ? AIOT_FILE_UNKNOWN : AIOT_FILE_ANONYMOUS;
	}
}

static void file_define(const struct file_memory *known, const struct stat *about, const char *path)
{
	struct aiot_define_file file = {
	        .id = known->id, .kind = known->kind, .stage = known->stage, .size = -1};
	if (about) {
		file.device = (uint64_t)major(about->st_dev) << 32 | minor(about->st_dev);
		file.inode = about->st_ino;
		file.size = about->st_size;
		if (known->kind == AIOT_FILE_REGULAR && path[0] == '/')
			mounts_meet(file.device);
	}
	define_record(AIOT_DEFINE_FILE, &file, sizeof file, path, strnlen(path, PATH_BYTES));
}

static struct file_memory file_new(uint64_t hash, enum aiot_file_kind kind, const char *path)
{
	struct file_memory made = {
	        .hash = hash, .kind = (uint8_t)kind, .wanted = config_wants(path)};
	made.stage = (uint8_t)classify_file(kind, path);
	made.id = __atomic_add_fetch(&file_last, 1, __ATOMIC_RELAXED);
	return made;
}

/* A name keeps its id; more is known of it once it was opened. */
static void file_learn(struct file_memory *known, uint64_t hash, const struct stat *about,
                       const char *path)
{
	enum aiot_file_kind kind = file_kind(about, path);
	if (known->hash == hash && (!kind || kind == known->kind))
		return;
	struct file_memory made = file_new(hash, kind, path);
	if (known->hash == hash && known->id)
		made.id = known->id;
	made.locked = known->locked;
	__atomic_store_n(&known->hash, hash, __ATOMIC_RELEASE);
	__atomic_store_n(&known->word, made.word, __ATOMIC_RELEASE);
	if (known->wanted)
		file_define(known, about, path);
}

static uint64_t file_hash(const char *path)
{
	return XXH3_64bits(path, strlen(path)) | 1;
}

/* The place of a line that has the name, or that may have it; NULL if all have others. */
static inline struct file_memory *file_way(struct file_memory *ways, uint64_t hash)
{
	for (int i = 0; i < FILE_WAYS; i++) {
		uint64_t found = __atomic_load_n(&ways[i].hash, __ATOMIC_RELAXED);
		if (found == hash || !found)
			return &ways[i];
	}
	return NULL;
}

/* The place that has the name, or the one that it may have: an empty one, or
 * another name's. */
static struct file_memory *file_place(uint64_t hash)
{
	struct file_memory *level = file_memories, *ways = level;
	for (int i = 0; i < FILE_LEVELS; i++) {
		ways = &level[(uint32_t)(hash >> 20) % file_lines[i] * FILE_WAYS];
		struct file_memory *place = file_way(ways, hash);
		if (place)
			return place;
		level += file_lines[i] * FILE_WAYS;
	}
	return &ways[(hash >> 8) % FILE_WAYS];
}

/* Takes the place where a name is remembered; NULL while another thread, or
 * the one that a signal interrupted, has it. */
static struct file_memory *file_take(uint64_t hash)
{
	struct file_memory *place = file_place(hash);
	return __atomic_exchange_n(&place->locked, 1, __ATOMIC_ACQUIRE) ? NULL : place;
}

static void file_give(struct file_memory *place)
{
	__atomic_store_n(&place->locked, 0, __ATOMIC_RELEASE);
}

static struct file file_of(const struct file_memory *known)
{
	return (struct file){known->wanted ? known->id : 0, known->stage, known->kind};
}

struct file file_named(const char *path, const struct stat *about)
{
	uint64_t hash = file_hash(path);
	struct file_memory *place = file_take(hash), other = {0};
	file_learn(place ? place : &other, hash, about, path);
	struct file found = file_of(place ? place : &other);
	if (place)
		file_give(place);
	return found;
}

bool file_recall(const char *path, struct file *file)
{
	uint64_t hash = file_hash(path);
	const struct file_memory *place = file_place(hash);
	struct file_memory seen = {.word = __atomic_load_n(&place->word, __ATOMIC_ACQUIRE)};
	if (__atomic_load_n(&place->hash, __ATOMIC_ACQUIRE) != hash ||
	    __atomic_load_n(&place->word, __ATOMIC_RELAXED) != seen.word || seen.locked ||
	    seen.kind != AIOT_FILE_REGULAR)
		return false;
	*file = file_of(&seen);
	return true;
}

void file_forget(const char *path)
{
	uint64_t hash = file_hash(path);
	struct file_memory *place = file_take(hash);
	if (!place)
		return;
	if (place->hash == hash)
		place->kind = AIOT_FILE_UNKNOWN;
	file_give(place);
}
