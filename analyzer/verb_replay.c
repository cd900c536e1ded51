/* SPDX-License-Identifier: Apache-2.0
 *
 * aiotrace replay: does a recording's operations again, on another storage, and
 * says how that went.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "read/locate.h"
#include "replay/conduct.h"
#include "replay/session.h"
#include "stage/stage.h"

#define REPLAY_CLIENTS 1024 /* at most */

enum {
	OPTION_LONG = 256,
	OPTION_TARGET,
	OPTION_TIMING,
	OPTION_SPEED,
	OPTION_STAGE,
	OPTION_FROM,
	OPTION_TO,
	OPTION_PATH,
	OPTION_PID,
	OPTION_RUNTIME,
	OPTION_SCALE,
	OPTION_SHARE,
	OPTION_LOOP,
	OPTION_ENGINE,
	OPTION_DIRECT,
	OPTION_COMPRESSIBLE,
	OPTION_SPARSE,
	OPTION_CACHE,
	OPTION_WARM,
	OPTION_UNRECORDED,
	OPTION_DRY,
	OPTION_CLEAN,
	OPTION_JSON
};

static const struct option replay_options[] = {
        {"target", required_argument, NULL, OPTION_TARGET},
        {"timing", required_argument, NULL, OPTION_TIMING},
        {"speed", required_argument, NULL, OPTION_SPEED},
        {"stage", required_argument, NULL, OPTION_STAGE},
        {"from", required_argument, NULL, OPTION_FROM},
        {"to", required_argument, NULL, OPTION_TO},
        {"path", required_argument, NULL, OPTION_PATH},
        {"pid", required_argument, NULL, OPTION_PID},
        {"runtime", no_argument, NULL, OPTION_RUNTIME},
        {"scale", required_argument, NULL, OPTION_SCALE},
        {"share", no_argument, NULL, OPTION_SHARE},
        {"loop", required_argument, NULL, OPTION_LOOP},
        {"engine", required_argument, NULL, OPTION_ENGINE},
        {"direct", no_argument, NULL, OPTION_DIRECT},
        {"compressible", required_argument, NULL, OPTION_COMPRESSIBLE},
        {"sparse", no_argument, NULL, OPTION_SPARSE},
        {"cache", required_argument, NULL, OPTION_CACHE},
        {"warm", no_argument, NULL, OPTION_WARM},
        {"no-record", no_argument, NULL, OPTION_UNRECORDED},
        {"output", required_argument, NULL, 'o'},
        {"dry-run", no_argument, NULL, OPTION_DRY},
        {"clean", no_argument, NULL, OPTION_CLEAN},
        {"json", no_argument, NULL, OPTION_JSON},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static bool replay_word(const char *value, const char *const *words, int count, int *chosen)
{
	for (*chosen = 0; *chosen < count; ++*chosen)
		if (!strcmp(words[*chosen], value))
			return true;
	return false;
}

static bool replay_count(const char *value, double least, double most, double *number)
{
	return command_number(value, number) && *number >= least && *number <= most;
}

static bool replay_number(struct replay_task *r, int option, const char *value)
{
	struct filter *f = &r->plan_options.filter;
	double n;

	switch (option) {
	case OPTION_FROM: return command_number(value, &f->from_s);
	case OPTION_TO: return command_number(value, &f->to_s);
	case OPTION_SPEED: return replay_count(value, 1e-3, 1e6, &r->run_options.speed);
	case OPTION_COMPRESSIBLE:
		return replay_count(value, 1, 1000, &r->target_options.compressible);
	default: break;
	}
	if (!replay_count(value, option == OPTION_PID ? 0 : 1,
	                  option == OPTION_SCALE ? REPLAY_CLIENTS : 4e9, &n))
		return false;
	if (option == OPTION_PID)
		f->pid = (int64_t)n;
	else if (option == OPTION_SCALE)
		r->target_options.clients = (unsigned)n;
	else
		r->loops = (uint64_t)n;
	return true;
}

/* False where the option's value is none. */
static bool replay_option(struct replay_task *r, int option, const char *value)
{
	static const char *const timings[] = {"original", "think", "fast"};
	static const char *const engines[] = {"sync", "uring"};
	static const char *const caches[] = {"recorded", "cold", "warm"};
	bool known = true;
	int word;

	switch (option) {
	case OPTION_TARGET: r->target_options.folder = value; break;
	case 'o': r->output = value; break;
	case OPTION_PATH: r->plan_options.filter.glob = value; break;
	case OPTION_STAGE:
		r->plan_options.filter.stage = stage_by_name(value);
		return r->plan_options.filter.stage >= 0;
	case OPTION_TIMING:
		known = replay_word(value, timings, 3, &word);
		r->run_options.timing = (enum timing)word;
		break;
	case OPTION_ENGINE:
		known = replay_word(value, engines, 2, &word);
		r->run_options.engine = (enum engine)word;
		break;
	case OPTION_CACHE:
		known = replay_word(value, caches, 3, &word);
		r->target_options.cache = (enum target_cache)(TARGET_CACHE_RECORDED + word);
		break;
	case OPTION_RUNTIME: r->plan_options.runtime = true; break;
	case OPTION_SHARE: r->target_options.share = true; break;
	case OPTION_DIRECT: r->run_options.direct = true; break;
	case OPTION_SPARSE: r->target_options.sparse = true; break;
	case OPTION_WARM: r->target_options.cache = TARGET_CACHE_WARM; break;
	case OPTION_UNRECORDED: r->unrecorded = true; break;
	case OPTION_DRY: r->dry = true; break;
	case OPTION_CLEAN: r->clean = true; break;
	case OPTION_JSON: r->json = r->target_options.quiet = true; break;
	default: return replay_number(r, option, value);
	}
	return known;
}

static int replay_run(const struct command *self, int argc, char **argv)
{
	struct replay_task r = {.target_options = {.clients = 1, .compressible = 1},
	                        .run_options = {.speed = 1},
	                        .output = LOCATE_DEFAULT,
	                        .loops = 1};
	int option, status;

	filter_init(&r.plan_options.filter);
	while ((option = getopt_long(argc, argv, "ho:", replay_options, NULL)) != -1) {
		if (option == 'h')
			return command_help(self);
		if (option == '?')
			return command_misuse(self, NULL, NULL);
		if (!replay_option(&r, option, optarg))
			return command_misuse_value(self, replay_options, option, optarg);
	}
	if (!filter_has_time(&r.plan_options.filter))
		return command_misuse(self, FILTER_NO_TIME, NULL);
	if (!r.target_options.folder && !r.dry)
		return command_misuse(self, "where? --target DIR names the folder to work in",
		                      NULL);
	if (r.clean && optind != argc)
		return command_misuse(self, "--clean takes no trace:", argv[optind]);
	status = r.dry || r.clean || r.run_options.timing == TIMING_FAST ? -1 : session_own();
	if (status < 0)
		status = r.clean ? conduct_clean(&r)
		                 : conduct(&r, argv + optind, (size_t)(argc - optind));
	filter_free(&r.plan_options.filter);
	return status;
}

const struct command command_replay = {
        "replay",
        "do a recording's I/O again on another storage",
        "Usage: aiotrace replay --target DIR [OPTION...] [TRACE...]\n"
        "       aiotrace replay --clean --target DIR\n"
        "\n"
        "Prepares the files of a recording in DIR, as the run found them, does its\n"
        "operations there, a thread for a thread, and says how the storage did and how\n"
        "exact the replay was. All it opens lies in DIR. The replay is recorded, for\n"
        "aiotrace report and compare.\n"
        "\n"
        "  --target DIR       an empty or new folder, or one prepared before\n"
        "  --timing T         original (default): each operation at its time; think: with\n"
        "                     the job's pauses between operations; fast: without\n"
        "  --speed X          times and pauses divided by X\n"
        "  --stage S, --path GLOB, --pid N, --from S, --to S\n"
        "                     only these operations, as aiotrace dump selects them\n"
        "  --runtime          with the files of the interpreter and its libraries\n"
        "  --scale N          N clients at once, each with files of its own\n"
        "  --share            clients share the files that the run only reads\n"
        "  --loop N           N times, each on files as the run found them\n"
        "  --engine E         sync (default): calls as recorded; uring: all by io_uring\n"
        "  --direct           past the page cache (O_DIRECT)\n"
        "  --cache C          what of the files is in the page cache at the start: recorded:\n"
        "                     what the run found there; cold: nothing; warm: all (also --warm).\n"
        "                     Without: recorded on the storage that was recorded, else cold\n"
        "  --compressible R   contents that compress to 1/R (default 1: not at all)\n"
        "  --sparse           holes instead of contents\n"
        "  -o, --output DIR   where the replay is recorded (./" LOCATE_DEFAULT ")\n"
        "  --no-record        don't\n"
        "  --dry-run          print the plan: files, space, operations, what can't be\n"
        "                     replayed and why\n"
        "  --clean            remove what was prepared in DIR, and nothing else\n"
        "  --json             for programs\n"
        "\n"
        "A stage's bytes/s with pauses are what the job got: its bytes over its time, each\n"
        "pause counted up to 0.1 s. Those while data is in flight are what the storage gave:\n"
        "over the time in which at least one read or write of the stage was under way.\n"
        "\n"
        "Exit status: 0 if all of the plan ran, 1 if not, 2 for bad usage.\n",
        replay_run,
};
