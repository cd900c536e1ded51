/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_storage.h"

#include "report/json_course.h"

static json_t *json_place(const struct summary *summary, const struct place *p)
{
	const struct mount *m = where_mount(summary->where, p->mount);

	return json_pack(
	        "{s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "host",
	        json_bytes(m->host), "mount", json_bytes(m->point), "type", json_bytes(m->type),
	        "source", json_bytes(m->source), "options", json_bytes(m->options), "class",
	        m->class, "medium", m->medium, "read_ops", json_count(p->read_ops), "write_ops",
	        json_count(p->write_ops), "read_bytes", json_count(p->read_bytes), "write_bytes",
	        json_count(p->write_bytes), "read_latency_ns", json_latency(&p->read_latency),
	        "write_latency_ns", json_latency(&p->write_latency), "all_clients",
	        json_mount_pattern(summary, p->mount));
}

json_t *json_mounts(const struct summary *summary)
{
	json_t *list = json_array();

	for (size_t i = 0; i < summary->where->count; i++)
		json_array_append_new(list, json_place(summary, summary->where->places[i]));
	return list;
}

json_t *json_cached(const struct cache_sums *s)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:f}", "hit_ops",
	                 json_count(s->ops[CACHE_HIT]), "hit_bytes",
	                 json_count(s->bytes[CACHE_HIT]), "storage_ops",
	                 json_count(s->ops[CACHE_STORAGE]), "storage_bytes",
	                 json_count(s->bytes[CACHE_STORAGE]), "unknown_ops",
	                 json_count(s->ops[CACHE_UNKNOWN]), "unknown_bytes",
	                 json_count(s->bytes[CACHE_UNKNOWN]), "confidence", cache_confidence(s));
}

static json_t *json_model(const struct learnt_model *m)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:f}", "device",
	                 json_sprintf("%u:%u", (unsigned)(m->device >> 32), (unsigned)m->device),
	                 "bytes_from", json_count(UINT64_C(1) << m->power), "sampled_hits",
	                 json_count(m->hits), "sampled_misses", json_count(m->misses),
	                 "threshold_ns", json_count(m->threshold_ns), "accuracy", m->accuracy);
}

json_t *json_cache(const struct summary *summary)
{
	json_t *cache = json_cached(&summary->cached), *models = json_array();
	const struct learnt_model *m;

	for (size_t i = 0; (m = cache_models(summary->cache, i)); i++)
		json_array_append_new(models, json_model(m));
	json_object_set_new(
	        cache, "method",
	        json_string(
	                "a read whose thread stayed on its processor, or did not give it up "
	                "itself, found its data in memory; one that waited, for read-ahead too, "
	                "waited for storage (rseq, getrusage); where that is not known, its "
	                "latency is held against a threshold for its device and size, learnt "
	                "from sampled reads (cachestat, getrusage)"));
	json_object_set_new(cache, "models", models);
	json_object_set_new(cache, "kernel_storage_read_bytes",
	                    json_real(summary->coverage.storage_read));
	json_object_set_new(cache, "kernel_storage_written_bytes",
	                    json_real(summary->coverage.storage_written));
	return cache;
}
