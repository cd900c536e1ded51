/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_waiting.h"

static json_t *json_seconds(const double seconds[WAITING_KINDS])
{
	json_t *o = json_object();

	for (enum waiting_kind i = 0; i < WAITING_KINDS; i++)
		json_object_set_new(o, waiting_key(i), json_real(seconds[i]));
	return o;
}

json_t *json_waiting(const struct summary *summary)
{
	json_t *list = json_array();

	for (size_t i = 0; i < summary->recording->count; i++) {
		const struct process *p = &summary->recording->processes[i];
		const struct waiting *w = &summary->waiting->of[i];
		json_array_append_new(list, json_pack("{s:I, s:o, s:s, s:o, s:o}", "pid",
		                                      (json_int_t)p->pid, "host",
		                                      json_bytes(process_host(p)), "role",
		                                      process_role_name(p->role), "main_thread",
		                                      json_seconds(w->main_s), "all_threads",
		                                      json_seconds(w->all_s)));
	}
	return list;
}

static json_t *json_end(const struct summary *summary, const struct pipe_end *end)
{
	const struct process *p = &summary->recording->processes[end->process];

	return json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:f, s:f}", "pid", (json_int_t)p->pid,
	                 "role", process_role_name(p->role), "read_ops", json_count(end->reads),
	                 "write_ops", json_count(end->writes), "read_bytes",
	                 json_count(end->read_bytes), "write_bytes", json_count(end->write_bytes),
	                 "wait_s", end->waited_s, "main_thread_wait_s", end->main_waited_s);
}

json_t *json_pipes(const struct summary *summary)
{
	const struct pipes *pipes = summary->pipes;
	json_t *list = json_array(), *ends = NULL;

	for (size_t i = 0; i < pipes->count; i++) {
		const struct pipe_end *end = pipes->ends[i];
		if (!i || !pipes_same(pipes, pipes->ends[i - 1], end)) {
			const char *path = names_text(summary->recording->names, end->name);
			ends = json_array();
			json_array_append_new(list, json_pack("{s:o, s:o}", "path",
			                                      json_bytes(path), "ends", ends));
		}
		json_array_append_new(ends, json_end(summary, end));
	}
	return list;
}

static void json_stall_part(json_t *o, const struct stall_part *p)
{
	const char *cause = stall_word(p->cause);

	json_object_set_new(o, "consumer_wait_s", json_real(p->waited_s));
	json_object_set_new(o, "share", json_known(p->phase_s > 0 ? p->waited_s / p->phase_s : -1));
	json_object_set_new(o, "phase_s", json_real(p->phase_s));
	json_object_set_new(o, "untold_s", json_real(p->untold_s));
	json_object_set_new(o, "cause", cause ? json_string(cause) : json_null());
	json_object_set_new(o, "loader",
	                    json_pack("{s:f, s:f, s:f, s:f}", "storage_s", p->storage_s,
	                              "preprocessing_s", p->prepare_s, "short_of_work_s", p->idle_s,
	                              "blocked_s", p->blocked_s));
}

json_t *json_stall(const struct summary *summary)
{
	const struct stall *s = &summary->stall;
	json_t *o, *epochs;

	if (s->all.phase_s <= 0)
		return json_null();
	o = json_object();
	epochs = json_array();
	json_stall_part(o, &s->all);
	json_object_set_new(o, "turnover_s", json_real(s->all.turnover_s));
	json_object_set_new(o, "consumers", json_integer(s->consumers));
	json_object_set_new(o, "generations", json_integer(s->generations));
	json_object_set_new(o, "workers", json_integer(s->workers));
	json_object_set_new(o, "threads", json_integer(s->threads));
	json_object_set_new(o, "by_network", json_boolean(s->remote));
	json_object_set_new(o, "from_cache", json_boolean(s->cached));
	json_object_set_new(o, "or_timers", json_boolean(s->timed));
	json_object_set_new(o, "asleep", json_boolean(s->asleep));
	json_object_set_new(o, "workers_needed",
	                    json_known(s->workers_needed > 0 ? s->workers_needed : -1));
	for (uint32_t i = 0; i < s->epoch_count; i++) {
		json_t *epoch = json_object();
		json_object_set_new(epoch, "number", json_integer(i + 1));
		json_stall_part(epoch, &s->epochs[i]);
		json_array_append_new(epochs, epoch);
	}
	json_object_set_new(o, "epochs", epochs);
	return o;
}
