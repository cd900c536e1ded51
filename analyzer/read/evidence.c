/* SPDX-License-Identifier: Apache-2.0 */
#include "read/evidence.h"

#include <string.h>

#include "base/memory.h"

/* A frame fits whose file holds `file` and whose function begins with
 * `function`. */
struct evidence_row {
	const char *file, *function;
	uint32_t says;
};

static const struct evidence_row evidence_rows[] = {
        {"/torch/utils/data/_utils/worker.py", "", EVIDENCE_WORKER | EVIDENCE_LOADER},
        {"/torch/utils/data/_utils/fetch.py", "", EVIDENCE_LOADER},
        {"/webdataset/", "", EVIDENCE_LOADER},
        {"/streaming/base/dataset.py", "", EVIDENCE_LOADER},
        {"/litdata/streaming/", "", EVIDENCE_LOADER},
        {"/torch/serialization.py", "", EVIDENCE_SERIAL},
        {"/torch/jit/_serialization.py", "", EVIDENCE_SERIAL},
        {"/torch/jit/_script.py", "save", EVIDENCE_SERIAL},
        {"/safetensors/", "", EVIDENCE_SERIAL},
        {"/transformers/modeling_utils.py", "", EVIDENCE_SERIAL},
        {"/transformers/core_model_loading.py", "", EVIDENCE_SERIAL},
        {"/peft/", "save_pretrained", EVIDENCE_SERIAL},
        {"/peft/", "from_pretrained", EVIDENCE_SERIAL},
        {"/diffusers/", "save_pretrained", EVIDENCE_SERIAL},
        {"/diffusers/", "from_pretrained", EVIDENCE_SERIAL},
        {"/transformers/", "save_pretrained", EVIDENCE_SERIAL},
        {"/transformers/", "from_pretrained", EVIDENCE_SERIAL},
        {"/huggingface_hub/", "save_pretrained", EVIDENCE_SERIAL},
        {"/huggingface_hub/", "from_pretrained", EVIDENCE_SERIAL},
        {"/joblib/numpy_pickle.py", "", EVIDENCE_SERIAL},
        {"/keras/src/saving/", "", EVIDENCE_SERIAL},
        {"/transformers/trainer.py", "_save_", EVIDENCE_CHECKPOINT},
        {"/transformers/trainer.py", "_load_", EVIDENCE_CHECKPOINT},
        {"/torch/distributed/checkpoint/", "", EVIDENCE_CHECKPOINT},
        {"/deepspeed/runtime/checkpoint_engine/", "", EVIDENCE_CHECKPOINT},
        {"/deepspeed/runtime/engine.py", "save_checkpoint", EVIDENCE_CHECKPOINT},
        {"/deepspeed/runtime/engine.py", "load_checkpoint", EVIDENCE_CHECKPOINT},
        {"/megatron/training/checkpointing.py", "", EVIDENCE_CHECKPOINT},
        {"/megatron/core/dist_checkpointing/", "", EVIDENCE_CHECKPOINT},
        {"/fabric/plugins/io/", "", EVIDENCE_CHECKPOINT},
        {"/connectors/checkpoint_connector.py", "", EVIDENCE_CHECKPOINT},
        {"/accelerate/checkpointing.py", "", EVIDENCE_CHECKPOINT},
        {"/orbax/checkpoint/", "", EVIDENCE_CHECKPOINT},
        {"/keras/src/callbacks/model_checkpoint.py", "", EVIDENCE_CHECKPOINT},
        {"/keras/src/callbacks/backup_and_restore.py", "", EVIDENCE_CHECKPOINT},
        {"/tensorflow/python/checkpoint/", "", EVIDENCE_CHECKPOINT},
        {"/tensorflow/python/training/saver.py", "", EVIDENCE_CHECKPOINT},
        {"/flax/training/checkpoints.py", "", EVIDENCE_CHECKPOINT},
        {"/composer/utils/checkpoint.py", "", EVIDENCE_CHECKPOINT},
        {"/ignite/handlers/checkpoint.py", "", EVIDENCE_CHECKPOINT},
        {"/mmengine/runner/checkpoint.py", "", EVIDENCE_CHECKPOINT},
        {"/fvcore/common/checkpoint.py", "", EVIDENCE_CHECKPOINT},
        {"/fairseq/checkpoint_utils.py", "", EVIDENCE_CHECKPOINT},
        {"/xgboost/core.py", "save_model", EVIDENCE_CHECKPOINT},
        {"/xgboost/core.py", "load_model", EVIDENCE_SERIAL},
        {"/xgboost/core.py", "_init", EVIDENCE_LOADER},
        {"/xgboost/core.py", "next", EVIDENCE_LOADER},
        {"/lightgbm/basic.py", "save_model", EVIDENCE_CHECKPOINT},
        {"/lightgbm/basic.py", "_lazy_init", EVIDENCE_LOADER},
        {"/catboost/core.py", "save_model", EVIDENCE_CHECKPOINT},
        {"/catboost/core.py", "load_model", EVIDENCE_SERIAL},
        {"/datasets/builder.py", "_prepare_split", EVIDENCE_PREPARE},
        {"/datasets/builder.py", "download_and_prepare", EVIDENCE_PREPARE},
        {"/datasets/arrow_dataset.py", "map", EVIDENCE_PREPARE},
        {"/datasets/arrow_dataset.py", "_map_single", EVIDENCE_PREPARE},
        {"/datasets/arrow_dataset.py", "save_to_disk", EVIDENCE_PREPARE},
        {"/datasets/arrow_dataset.py", "_save_to_disk_single", EVIDENCE_PREPARE},
        {"/litdata/processing/", "", EVIDENCE_PREPARE},
        {"<frozen importlib", "_path_stat", EVIDENCE_RUNTIME},
        {"<frozen importlib", "_path_is", EVIDENCE_RUNTIME},
        {"<frozen importlib", "_fill_cache", EVIDENCE_RUNTIME},
        {"/tempfile.py", "_get_default_tempdir", EVIDENCE_RUNTIME},
        {"/multiprocessing/pool.py", "worker", EVIDENCE_POOL},
        {"/PIL/", "", EVIDENCE_DATA},
        {"/h5py/", "", EVIDENCE_DATA},
        {"/lmdb/", "", EVIDENCE_DATA},
        {"/soundfile.py", "", EVIDENCE_DATA},
        {"/torchvision/io/", "", EVIDENCE_DATA},
        {"/pyarrow/", "", EVIDENCE_DATA},
        {"/pandas/io/", "", EVIDENCE_DATA},
        {"/numpy/lib/", "save", EVIDENCE_DATA},
        {"/numpy/lib/", "_save", EVIDENCE_DATA},
        {"/json/__init__.py", "dump", EVIDENCE_DATA},
};

uint32_t evidence_of(const char *file, const char *function)
{
	uint32_t says = 0;

	if (!strcmp(function, "<module>")) /* it is being imported */
		return 0;
	for (size_t i = 0; i < sizeof evidence_rows / sizeof *evidence_rows; i++) {
		const struct evidence_row *row = &evidence_rows[i];
		if (strstr(file, row->file) &&
		    !strncmp(function, row->function, strlen(row->function)))
			says |= row->says;
	}
	return says;
}

static uint32_t evidence_of_stack(const struct stacks *stacks, uint32_t stack)
{
	uint32_t says = 0, script = 0;

	for (uint32_t k = 0; k < stacks->stacks[stack].count; k++) {
		const struct frame *frame = stacks_frame(stacks, stack, k);
		says |= frame->says & ~(says & WORDS ? WORDS : 0) & ~WORDS_OF_SCRIPT;
		if (frame->origin.kind == ORIGIN_USER && frame->kind == AIOT_FRAME_PYTHON)
			script = frame->says & WORDS_OF_SCRIPT;
	}
	return says | script;
}

/* The innermost line of the program itself, and the one that called it: a function that writes may
 * write anything. */
static uint32_t evidence_site(const struct stacks *stacks, uint32_t stack)
{
	uint32_t site = 0, lines = 0;

	for (uint32_t k = 0; k < stacks->stacks[stack].count && lines < 2; k++) {
		const struct frame *frame = stacks_frame(stacks, stack, k);
		if (frame->origin.kind != ORIGIN_USER || frame->kind != AIOT_FRAME_PYTHON ||
		    !frame->line)
			continue;
		site = (site ^ frame->file) * UINT32_C(0x9e3779b1) ^ frame->line;
		lines++;
	}
	return lines ? site | 1 : 0;
}

struct evidence_stack *evidence_of_stacks(const struct stacks *stacks)
{
	struct evidence_stack *found;

	if (stacks->count < 2)
		return NULL;
	found = memory_get(stacks->count, sizeof *found);
	for (uint32_t i = 1; i < stacks->count; i++)
		found[i] = (struct evidence_stack){evidence_of_stack(stacks, i),
		                                   evidence_site(stacks, i)};
	return found;
}
