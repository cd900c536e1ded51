# SPDX-License-Identifier: Apache-2.0
"""Programs that mark what they do, judged with their marks hidden: at least 99 %
of the bytes of storage and 97 % of the operations are told right. What no mark
of the six stages is on is left out; what is runtime or ipc, the file says."""
import os
import sys

import pytest

import aiotrace
from agreement import HEAD, Agreement, rows

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = {
    "samples": ["image_folder", "image_folder_0", "token_memmap", "checkpoint", "etl", "inference", "inference_alone", "demo"],
    "loops": ["neutral_files", "neutral_files_2", "blob_memmap", "blob_memmap_2", "npy_memmap", "webdataset", "webdataset_0",
              "one_epoch_of_shards", "hdf5", "hdf5_2", "lmdb_shuffled", "validation_and_resume", "background_saver", "in_memory",
              "finetune"],
    "jobs": ["tokenise", "resize", "clean", "download", "savez", "pickled", "overwritten", "safetensors", "batch_inference",
             "neutral_inference", "checkpoints_alone", "events", "streamed"],
    "strangers": ["gpt", "evaluate_only", "normalise", "shuffle", "unzip", "parallel_parse", "fetch", "staged", "steps",
                  "ranks_by_hand", "table", "serve", "embed"],
    "training": ["tokens_async", "replay_buffer", "shards_then_train", "averaged", "folds", "lmdb_built", "archives", "latest",
                 "sqlite_rows", "row_groups", "event_logs", "copied_away", "adapters", "graph"],
    "sources": ["gz_stream", "sweep", "cached_first", "elsewhere", "shell_pipeline", "clips", "clicks", "direct", "linked",
                "distil", "zip_set", "zcat", "fan_out", "threads_in_c"],
    "answering": ["map_server", "features", "tested", "neighbours", "answers", "best_of", "enlarged", "teacher",
                  "followed"],
    "making": ["characters", "in_place", "duplicates", "captions", "offsets", "reviews"],
    "passes": ["mapped_cache", "parts", "excerpts", "counted", "unique", "standardised", "clusters", "latents", "mixture",
               "unpacked", "one_each", "lines_by_pool", "verified", "boosted", "head"],
    "models": ["federated", "mean_of_last", "last_and_best", "stream_ranks", "forks_share", "fetched_then_used", "pool_of_models", "retrieval",
               "segments", "experts", "uneven_pool"],
    "states": ["numbered_folders", "half_saved", "small_parts", "clips_by_threads", "through_memory"],
    "habits": ["frozen", "features_kept", "search", "spilled", "packed", "binned", "answers_by_batch",
               "parts_by_memory", "decoded", "normalised"],
    "drawn": ["grows", "forks_save", "copied_each_time", "asked_by_workers", "asked_by_map", "small_twice", "goes_through",
              "goes_back", "fetched_once", "fetched_again", "made_up", "looked_through"],
    "called": ["once", "lines", "layers", "adapted", "counted", "lies"],
    "trials": ["held_out", "each_state", "flipped", "over_itself", "members", "parts_of_pool",
               "tensors", "ranks_go_back", "copied_out"],
    "afterwards": ["back", "back_by_workers", "goes_on", "two_lives", "outcome", "scripted", "named_arrays",
                   "same_map", "second_course", "second_course_by_workers",
                   "rotated"],
    "courses": ["folds", "folds_by_workers", "folds_over", "trials_of_one_set", "told", "layers_each_time", "fitted",
                "parts_each_time", "encoded", "moved_there", "described", "exported", "warm"],
    "ordinary": ["parts_tried", "pickled_sets", "centred", "rows_of_database", "listed", "predicted",
                 "last_of_all", "best_of_all", "found_lines", "archives_fetched", "stumps", "parts_asked"],
    "without": ["tried_again", "saved_first", "tried_anew", "folds_at_hand", "validated", "resumed"],
    "numbered": ["fetched_once", "made_ready", "database", "word_of_last", "joined", "annotated"],
    "fields": ["forecast", "boosted_text", "recordings", "tutorial"],
}
TABLE = {}


@pytest.fixture(scope="module", autouse=True)
def table(request):
    """All programs in one table, whatever was found."""
    yield
    if TABLE:
        sys.modules["conftest"].SHOWN.append("\n".join([HEAD, *TABLE.values()]))


def run(script, name, folder, python=sys.executable, extra=None, lives=1):
    for part in ("work", "elsewhere", "tmp"):
        (folder / part).mkdir(exist_ok=True)
    command = [python, os.path.join(HERE, "programs", script + ".py"), name, folder / "work"]
    environment = {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "AIOTRACE_MARK": "other", "TMPDIR": str(folder / "tmp")}
    for _ in range(lives):
        done = aiotrace.run_traced(command, folder / "traces", {**environment, **(extra or {})}, cwd=folder / "elsewhere")
        assert done.returncode == 0, done.stderr[-3000:]
    return Agreement(folder / "traces", folder / "tmp", folder / "elsewhere")


def check(name, found):
    TABLE[name] = found.line(name)
    of_bytes, of_ops = found.shares()
    assert found.ops and of_bytes >= 0.99 and of_ops >= 0.97, f"{found.line(name)}\n{found.wrong()}"


def test_runs_go_back_to_what_earlier_ones_saved(tmp_path):
    found = run("courses", "life", tmp_path, lives=3)
    check("life", found)


def test_what_shells_are_told_to_run_is_code_however_often(tmp_path):
    script = tmp_path / "go"
    script.write_text("exit 0\n")
    for _ in range(3):
        assert aiotrace.run_traced(["sh", script], tmp_path / "traces").returncode == 0
    found = [row["stage"] for row in rows(tmp_path / "traces") if row["path"] == str(script) and row["call"] == "read"]
    assert len(found) >= 3 and set(found) == {"runtime"}


def test_tools_that_read_many_files_in_any_order_learn_nothing(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for i in range(40):
        (folder / str(i)).write_bytes(os.urandom(30_000))
    shuffled = sorted(os.listdir(folder), key=lambda name: int(name) * 7 % 40)
    for _ in range(3):
        done = aiotrace.run_traced(["md5sum", *(folder / name for name in shuffled)], tmp_path / "traces")
        assert done.returncode == 0, done.stderr
    found = {row["stage"] for row in rows(tmp_path / "traces") if row["path"].startswith(str(folder) + "/")}
    assert found == {"other"}


def test_what_an_earlier_run_saved_is_known_to_those_after_it(tmp_path):
    found = [run("separate", part, tmp_path) for part in ("put", "fit", "ask")]
    check("separate", found[-1])


@pytest.mark.parametrize("script, name", [(s, n) for s, names in PROGRAMS.items() for n in names])
def test_stages_are_told_without_marks(script, name, tmp_path):
    check(name, run(script, name, tmp_path))
