/* SPDX-License-Identifier: Apache-2.0
 *
 * What names of functions and scripts say, and that general ones say nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "read/word.h"

struct named {
	const char *name;
	uint32_t word;
};

static void each_says(const struct named *names, uint32_t (*says)(const char *))
{
	for (; names->name; names++) {
		if (says(names->name) != names->word)
			print_error("%s\n", names->name);
		assert_int_equal(says(names->name), names->word);
	}
}

static void functions_say_what_is_done(void **state)
{
	static const struct named names[] = {
	        {"save_checkpoint", WORD_STATE},  {"loadModelWeights", WORD_STATE},
	        {"resume_model", WORD_STATE},     {"save_trained_model", WORD_STATE},
	        {"train_one_epoch", WORD_TRAIN},  {"run.<locals>.fit", WORD_TRAIN},
	        {"validate", WORD_TRY},           {"evaluate", WORD_TRY},
	        {"predict_batch", WORD_INFER},    {"generate", WORD_INFER},
	        {"TokenizeCorpus", WORD_PREPARE}, {"write_shard", WORD_PREPARE},
	        {"download_files", WORD_INGEST},  {"collect_episodes", WORD_INGEST},
	        {"load_tokenizer", WORD_PART},    {0}};

	(void)state;
	each_says(names, word_of_function);
}

static void classes_say_it_where_functions_do_not(void **state)
{
	static const struct named names[] = {{"Agent.save", WORD_STATE},
	                                     {"ModelCheckpoint.on_end", WORD_STATE},
	                                     {"Trainer.step", WORD_TRAIN},
	                                     {"Trainer.save_model", WORD_STATE},
	                                     {"Predictor.read_file", WORD_INFER},
	                                     {"LMDBImages.__getitem__", 0},
	                                     {"Dataset.load", 0},
	                                     {0}};

	(void)state;
	each_says(names, word_of_function);
}

static void general_names_say_nothing(void **state)
{
	static const char *const names[] = {"main",
	                                    "run",
	                                    "load",
	                                    "save",
	                                    "process",
	                                    "fetch",
	                                    "__getitem__",
	                                    "<module>",
	                                    "<lambda>",
	                                    "step",
	                                    "save_image",
	                                    "load_data",
	                                    "generate_data",
	                                    "log_train",
	                                    "train_test_split",
	                                    "train_tokenizer",
	                                    "collect",
	                                    "build_dataset",
	                                    "prepare_model",
	                                    "save_predictions_log",
	                                    "constrain",
	                                    "retrained",
	                                    "resume",
	                                    "",
	                                    ".",
	                                    "_",
	                                    "aggiorna",
	                                    NULL};

	(void)state;
	for (size_t i = 0; names[i]; i++)
		if (word_of_function(names[i]))
			fail_msg("%s says %x", names[i], word_of_function(names[i]));
}

static void scripts_say_what_they_are_for(void **state)
{
	static const struct named names[] = {{"/a/train.py", WORD_TRAIN},
	                                     {"finetune_lora.py", WORD_TRAIN},
	                                     {"/train/prepare_data.py", WORD_PREPARE},
	                                     {"make_dataset.py", WORD_PREPARE},
	                                     {"extract_features.py", WORD_PREPARE},
	                                     {"infer.py", WORD_INFER},
	                                     {"evaluate.py", WORD_TRY},
	                                     {"download.py", WORD_INGEST},
	                                     {"train_tokenizer.py", 0},
	                                     {"/train/main.py", 0},
	                                     {"model.py", 0},
	                                     {0}};

	(void)state;
	each_says(names, word_of_script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(functions_say_what_is_done),
	        cmocka_unit_test(classes_say_it_where_functions_do_not),
	        cmocka_unit_test(general_names_say_nothing),
	        cmocka_unit_test(scripts_say_what_they_are_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
