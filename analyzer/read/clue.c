/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of names that training software uses. A name on no list is no clue.
 */
#include "read/clue.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static const char *const checkpoint_suffixes[] = {
        ".pt",      ".pth",      ".ckpt",   ".distcp", ".nemo", ".safetensors", ".pt.tar",
        ".pth.tar", ".ckpt.tar", ".joblib", ".onnx",   ".gguf", ".keras",       NULL};
static const char *const checkpoint_words[] = {"checkpoint",  "ckpt",  "global_step", "optim_state",
                                               "model_state", "ocdbt", "snapshot_",   NULL};
static const char *const weight_words[] = {"weights", "pytorch_model", "optimizer", "state_dict",
                                           NULL};
/* Of what may be data as well as weights. */
static const char *const array_suffixes[] = {".pkl",  ".pickle", ".npz",     ".npy", ".h5",
                                             ".hdf5", ".bin",    ".msgpack", NULL};
static const char *const text_suffixes[] = {".csv", ".tsv", ".jsonl", ".parquet", NULL};
/* Of programs about models, or of texts about them. */
static const char *const source_suffixes[] = {
        ".c",    ".h",   ".cc", ".cpp", ".hpp", ".cu", ".rs",  ".go",  ".js",  ".ts",    ".java",
        ".html", ".css", ".md", ".sh",  ".R",   ".jl", ".rst", ".tex", ".lua", ".ipynb", NULL};
static const char *const data_suffixes[] = {
        ".tar",  ".tfrecord", ".tfrecords", ".parquet", ".arrow",  ".mds", ".beton",   ".mdb",
        ".h5",   ".hdf5",     ".npy",       ".npz",     ".idx",    ".jpg", ".jpeg",    ".png",
        ".webp", ".wav",      ".flac",      ".mp4",     ".jsonl",  ".csv", ".zst",     ".gz",
        ".xz",   ".bz2",      ".lz4",       ".7z",      ".rar",    ".deb", ".rpm",     ".whl",
        ".iso",  ".pack",     ".sqlite",    ".sqlite3", ".tokens", ".raw", ".feather", NULL};
static const char *const media_suffixes[] = {".jpg", ".jpeg", ".png", ".webp", ".gif",
                                             ".wav", ".flac", ".mp3", ".mp4",  NULL};
static const char *const log_suffixes[] = {".log", ".txt",  ".json", ".yaml", ".yml", ".out",
                                           ".err", ".toml", ".cfg",  ".ini",  NULL};
static const char *const code_suffixes[] = {".py", ".pyc", ".so", ".pyi", ".pth.py", NULL};
/* What data are called, and what the folder that they lie in is. */
static const char *const set_words[] = {"dataset", "datasets", "train",  "training",   "test",
                                        "testing", "val",      "valid",  "validation", "corpus",
                                        "samples", "images",   "labels", "tokens",     NULL};
static const char *const optimizer_words[] = {"optim", "trainer_state", "rng_state", "scheduler",
                                              NULL};
static const char *const system_folders[] = {"/proc/", "/sys/", "/dev/", "/etc/", NULL};
static const char *const shared_folders[] = {"/dev/shm/", "/memfd:", "/dev/zero", NULL};
/* Wherever files for the time being are: multiprocessing's, Open MPI's, its launchers'. */
static const char *const session_folders[] = {"/pymp-", "/ompi.",       "/openmpi-sessions-",
                                              "/prte.", "/pmix_dstor_", NULL};

static bool clue_ends(const char *path, const char *const *suffixes)
{
	size_t n = strlen(path);

	for (; *suffixes; suffixes++) {
		size_t s = strlen(*suffixes);
		if (n > s && !strcasecmp(path + n - s, *suffixes))
			return true;
	}
	return false;
}

static bool clue_has(const char *text, size_t length, const char *const *words)
{
	for (; *words; words++)
		for (size_t i = 0, w = strlen(*words); i + w <= length; i++)
			if (!strncasecmp(text + i, *words, w))
				return true;
	return false;
}

static bool clue_begins(const char *path, const char *const *folders)
{
	for (; *folders; folders++)
		if (!strncmp(path, *folders, strlen(*folders)))
			return true;
	return false;
}

static bool clue_in_session(const char *path)
{
	for (const char *const *folder = session_folders; *folder; folder++)
		if (strstr(path, *folder))
			return true;
	return false;
}

size_t clue_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

bool clue_checkpoint_folder(const char *path)
{
	return clue_has(path, clue_folder(path), checkpoint_words);
}

bool clue_checkpoint_shared(const char *path, const char *other)
{
	size_t common = 0;

	for (size_t i = 0; path[i] && path[i] == other[i]; i++)
		common = path[i] == '/' ? i : common;
	return clue_has(path, common, checkpoint_words);
}

bool clue_media(const char *path)
{
	return clue_ends(path, media_suffixes);
}

bool clue_store(const char *path)
{
	static const char *const suffixes[] = {".idx", ".pack", ".sqlite", ".sqlite3", ".db", NULL};

	return clue_ends(path, suffixes);
}

bool clue_text(const char *path)
{
	static const char *const suffixes[] = {".txt", NULL};

	return clue_ends(path, suffixes);
}

bool clue_table(const char *path)
{
	return clue_ends(path, text_suffixes);
}

bool clue_optimizer(const char *path)
{
	return clue_has(path, strlen(path), optimizer_words);
}

static bool clue_is_word(const char *text, size_t length, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == length && !strncasecmp(text, *words, length))
			return true;
	return false;
}

bool clue_dataset(const char *path)
{
	size_t folder = clue_folder(path), at = folder, n;

	while (at > 0 && path[at - 1] != '/')
		at--;
	for (; path[at]; at += n + (path[at + n] != 0)) {
		for (n = 0; isalpha((unsigned char)path[at + n]);)
			n++;
		if (clue_is_word(path + at, n, set_words))
			return clue_of(path) != CLUE_CHECKPOINT;
	}
	return false;
}

/* model.npz, best_model.pkl, model-final.h5; not models.npz, and not model.csv. */
static bool clue_model(const char *base)
{
	static const char word[] = "model";
	size_t n = sizeof word - 1;

	if (!clue_ends(base, array_suffixes))
		return false;
	for (const char *at = base; *at; at++)
		if (!strncasecmp(at, word, n) && !isalpha((unsigned char)at[n]) &&
		    (at == base || !isalpha((unsigned char)at[-1])))
			return true;
	return false;
}

/* model.json and best_model.txt, as trees are written; not model_config.json. */
static bool clue_model_text(const char *base)
{
	static const char *const suffixes[] = {"model.json", "model.txt", NULL};

	const char *dot = strrchr(base, '.');

	return clue_ends(base, suffixes) && !isalpha((unsigned char)dot[-6]); /* before the word */
}

enum clue clue_of(const char *path)
{
	const char *base = path + clue_folder(path);

	if (clue_begins(path, shared_folders) || clue_in_session(path))
		return CLUE_SHARED;
	if (clue_begins(path, system_folders))
		return CLUE_SYSTEM;
	if (clue_ends(path, code_suffixes) || strstr(base, ".so."))
		return CLUE_CODE;
	if (clue_ends(path, checkpoint_suffixes))
		return CLUE_CHECKPOINT;
	if (clue_ends(path, source_suffixes))
		return CLUE_NONE;
	if (clue_has(base, strlen(base), checkpoint_words))
		return CLUE_CHECKPOINT;
	if (clue_model_text(base))
		return CLUE_CHECKPOINT;
	if (clue_ends(path, log_suffixes) || strstr(base, "events.out.tfevents"))
		return CLUE_LOG;
	if (clue_model(base) ||
	    (clue_has(base, strlen(base), weight_words) && !clue_ends(path, text_suffixes)))
		return CLUE_CHECKPOINT;
	if (clue_ends(path, data_suffixes))
		return CLUE_DATA;
	return CLUE_NONE;
}

/* Length of what a name for the time being is told from others by, in .tmpXXXXXX and
 * tmpXXXXXXXX; 0 = it is none. */
static size_t clue_made_up(const char *base, const char *at)
{
	size_t n = 0, before = (size_t)(at - base);

	if (before < 3 || before > 4 || strncmp(at - 3, "tmp", 3) || (before == 4 && *base != '.'))
		return 0;
	while (isalnum((unsigned char)at[n]) || at[n] == '_')
		n++;
	return (n == 6 && before == 4) || n == 8 ? n : 0;
}

char *clue_series(const char *path)
{
	char *series = memory_text(path, strlen(path)), *to = series;
	const char *base = path + clue_folder(path) + (strchr(path, '/') != NULL);

	for (const char *at = path; *at; at++) {
		size_t skip = at > base ? clue_made_up(base, at) : 0;
		if (skip) {
			*to++ = '#';
			at += skip - 1;
		} else if (!isdigit((unsigned char)*at))
			*to++ = *at;
		else if (to == series || to[-1] != '#')
			*to++ = '#';
	}
	*to = 0;
	return series;
}
