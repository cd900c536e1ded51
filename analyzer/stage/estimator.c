/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/estimator.h"

#include <string.h>

#include "read/evidence.h"
#include "stage/series.h"

/* Parts of their code that nothing but models needs. */
static const char *const estimator_code[] = {
        "/sklearn/ensemble/",  "/sklearn/tree/",
        "/sklearn/neighbors/", "/sklearn/neural_network/",
        "/sklearn/cluster/",   "/sklearn/naive_bayes.",
        "/xgboost/",           "/lightgbm/",
        "/catboost/",          "/sklearn/linear_model/",
        "/sklearn/svm/",
};
#define ESTIMATOR_SHARED 2 /* the last ones: those that make features need them, too */
#define ESTIMATOR_TEXT                                                                             \
	(64u << 10) /* bytes: trees as text or JSON, which notes of how it went are less than */
static const char *const estimator_features[] = {"/sklearn/compose/", "/sklearn/decomposition/"};

static bool estimator_any(const char *path, const char *const *parts, size_t count)
{
	for (size_t k = 0; k < count; k++)
		if (strstr(path, parts[k]))
			return true;
	return false;
}

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

void estimator_find(struct judge *j, const struct process *p)
{
	size_t sure = COUNT_OF(estimator_code) - ESTIMATOR_SHARED;
	bool shared = false, features = false;

	for (size_t i = 1; i < p->file_count; i++) {
		uint32_t name = process_file_at(p, i)->name;
		const char *path;
		process_fetch(p, i);
		if (j->recording->clues[name] != CLUE_CODE)
			continue;
		path = names_text(j->recording->names, name);
		if (estimator_any(path, estimator_code, sure)) {
			j->conducts[p->number].fits = true;
			return;
		}
		shared |= estimator_any(path, estimator_code + sure, ESTIMATOR_SHARED);
		features |= estimator_any(path, estimator_features, COUNT_OF(estimator_features));
	}
	j->conducts[p->number].fits = shared && !features;
}

bool estimator_wrote(const struct judge *j, const struct conduct *c, const struct use *u,
                     uint32_t name)
{
	enum clue clue = clue_of(names_text(j->recording->names, name));
	const struct series *s = &j->series[j->series_of[name]];

	return c->fits && !c->loads && judge_after_data(c, u) &&
	       u->first_write > c->last_data_read && (u->created || u->truncated) && !u->append &&
	       !(u->evidence[1] & EVIDENCE_DATA) && clue != CLUE_DATA &&
	       (clue != CLUE_LOG || u->write_bytes >= ESTIMATOR_TEXT) &&
	       !clue_media(names_text(j->recording->names, name)) && s->members < SERIES_MANY &&
	       !c->in_order && !c->fetches;
}
