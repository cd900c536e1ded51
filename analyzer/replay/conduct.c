/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/conduct.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "replay/astray.h"
#include "replay/trace_out.h"
#include "replay/verdict.h"

#define CONDUCT_LARGE (4 << 20) /* bytes */

static struct run *conduct_running;
static struct target *conduct_preparing;

/* The first one ends what is done in order, the second one at once. */
static void conduct_signal(int signal)
{
	struct run *run = __atomic_load_n(&conduct_running, __ATOMIC_RELAXED);
	struct target *target = __atomic_load_n(&conduct_preparing, __ATOMIC_RELAXED);

	if (run && !run->interrupted) {
		run_interrupt(run);
	} else if (!run && target && !target->stop) {
		target->stop = true;
	} else {
		_exit(128 + signal);
	}
}

static int conduct_fail(const struct problem *why)
{
	fprintf(stderr, "aiotrace: %s\n", why->text);
	return COMMAND_FAILURE;
}

static void conduct_print(json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(json);
}

int conduct_clean(const struct replay_task *c)
{
	uint64_t removed, left;
	struct problem why = {0};

	if (target_clean(c->target_options.folder, &removed, &left, &why))
		return conduct_fail(&why);
	printf("%" PRIu64 " names removed\n", removed);
	if (left)
		fprintf(stderr,
		        "aiotrace: %s: things that the replay did not make were left there\n",
		        c->target_options.folder);
	return COMMAND_OK;
}

/* The verdict as JSON, with the place of the recording; or NULL where it was printed. */
static json_t *conduct_tell(const struct replay_task *c, const struct run *run, const char *trace)
{
	struct replay_verdict verdict;
	json_t *json = NULL;

	verdict_make(&verdict, run);
	if (c->json) {
		json = verdict_json(&verdict);
		json_object_set_new(json, "plan", plan_json(run->plan));
		json_object_set_new(json, "recording", trace ? json_string(trace) : json_null());
	} else {
		verdict_text(&verdict, stdout);
		if (trace)
			printf("\nRecorded in %s: see aiotrace report, or aiotrace compare with "
			       "the "
			       "original.\n",
			       trace);
	}
	verdict_free(&verdict);
	return json;
}

static int conduct_status(const struct replay_task *c, const struct run *run)
{
	if (run->failure) {
		fprintf(stderr,
		        "aiotrace: %s/client-*%s: %s; the run ended there. The target's files are "
		        "as that left them: a next replay puts them right, --clean removes them\n",
		        c->target_options.folder, names_text(c->recording.names, run->failed_name),
		        strerror(run->failure));
		return COMMAND_FAILURE;
	}
	if (!target_is_there(&c->target)) {
		fprintf(stderr,
		        "aiotrace: %s: was unmounted or moved while the replay ran; what it "
		        "did went to where the folder was\n",
		        c->target_options.folder);
		return COMMAND_FAILURE;
	}
	if (run->interrupted) {
		fprintf(stderr,
		        "aiotrace: interrupted. The target's files are as that left them: a "
		        "next replay puts them right, --clean removes them\n");
		return COMMAND_FAILURE;
	}
	return COMMAND_OK;
}

static int conduct_pass(struct replay_task *c, json_t *passes)
{
	struct run run = {0};
	struct problem why = {0};
	char *trace = NULL;
	int status;
	json_t *json;

	if (target_prepare(&c->target, &why) || target_cache(&c->target, &why))
		return conduct_fail(&why);
	__atomic_store_n(&conduct_running, &run, __ATOMIC_RELAXED);
	status = run_plan(&run, c->plan, &c->target, &c->run_options, &why);
	__atomic_store_n(&conduct_running, NULL, __ATOMIC_RELAXED);
	if (status) {
		run_free(&run);
		return conduct_fail(&why);
	}
	astray_remove(&run);
	if (!c->unrecorded) {
		trace = trace_out(&run, c->output, &why);
		if (!trace)
			conduct_fail(&why);
	}
	json = conduct_tell(c, &run, trace);
	if (json)
		json_array_append_new(passes, json);
	status = conduct_status(c, &run);
	if (!c->unrecorded && !trace)
		status = COMMAND_FAILURE;
	free(trace);
	run_free(&run);
	return status;
}

static int conduct_passes(struct replay_task *c)
{
	struct sigaction action = {.sa_handler = conduct_signal}, before;
	json_t *passes = json_array();
	int status = COMMAND_OK;

	__atomic_store_n(&conduct_preparing, &c->target, __ATOMIC_RELAXED);
	sigaction(SIGINT, &action, &before);
	sigaction(SIGTERM, &action, NULL);
	for (uint64_t i = 0; i < c->loops && status == COMMAND_OK; i++)
		status = conduct_pass(c, passes);
	sigaction(SIGINT, &before, NULL);
	__atomic_store_n(&conduct_preparing, NULL, __ATOMIC_RELAXED);
	if (c->json && json_array_size(passes) == 1)
		conduct_print(json_incref(json_array_get(passes, 0)));
	else if (c->json && json_array_size(passes))
		conduct_print(json_incref(passes));
	json_decref(passes);
	return status;
}

static int conduct_planned(struct replay_task *c)
{
	struct problem why = {0};
	int status;

	if (c->dry) {
		c->json ? conduct_print(plan_json(c->plan)) : plan_text(c->plan, stdout);
		return COMMAND_OK;
	}
	if (!c->plan->ops) {
		fprintf(stderr, "aiotrace: nothing to replay; --dry-run says why\n");
		return COMMAND_FAILURE;
	}
	if (target_open(&c->target, c->plan, &c->target_options, &why)) {
		target_close(&c->target);
		return conduct_fail(&why);
	}
	status = conduct_passes(c);
	target_close(&c->target);
	return status;
}

int conduct(struct replay_task *c, char **names, size_t count)
{
	int status;

	/* Lists of operations grow large: in the heap they would leave holes as large. */
	mallopt(M_MMAP_THRESHOLD, CONDUCT_LARGE);
	status = recording_load(&c->recording, names, count) ? COMMAND_FAILURE : COMMAND_OK;

	if (status == COMMAND_OK) {
		c->plan = plan_make(&c->recording, &c->plan_options);
		problems_print(&c->recording.problems, stderr);
		status = conduct_planned(c);
		plan_free(c->plan);
	} else {
		problems_print(&c->recording.problems, stderr);
	}
	recording_free(&c->recording);
	return status;
}
