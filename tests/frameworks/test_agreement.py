# SPDX-License-Identifier: Apache-2.0
"""Frameworks that save and load for their users, judged with marks hidden."""
import os
import sys

import pytest

import aiotrace

LABELS = os.path.join(aiotrace.TOP, "tests/labels")
sys.path.insert(0, LABELS)
from agreement import HEAD, Agreement  # noqa: E402

ENVIRONMENT = os.environ.get("AIOTRACE_FRAMEWORKS") or os.path.join(aiotrace.BUILD, "frameworks")
PYTHON = os.path.join(ENVIRONMENT, "bin/python")
RANKS = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", os.path.join(LABELS, "programs/ranks.py")]
SETTINGS = {"HF_HUB_OFFLINE": "1", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1",
            "TOKENIZERS_PARALLELISM": "false", "PYTHONDONTWRITEBYTECODE": "1", "AIOTRACE_MARK": "other"}


@pytest.mark.skipif(not os.path.exists(PYTHON), reason="no environment: run make check-frameworks")
@pytest.mark.parametrize("name", ["lightning", "transformers", "orbax", "distributed_checkpoint"])
def test_stages_of_a_framework_are_told_without_marks(name, tmp_path, show):
    for part in ("work", "elsewhere", "tmp", "home"):
        (tmp_path / part).mkdir()
    program = RANKS if name == "distributed_checkpoint" else [os.path.join(LABELS, "programs/frameworks.py"), name]
    extra = {**SETTINGS, "TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path / "home")}
    done = aiotrace.run_traced([PYTHON, *program, tmp_path / "work"], tmp_path / "traces", extra, cwd=tmp_path / "elsewhere", timeout=900)
    said = [line for line in done.stderr.splitlines() if "ModuleNotFoundError" in line or "ImportError" in line]
    if done.returncode and said:
        pytest.skip(said[-1])
    assert done.returncode == 0, done.stderr[-3000:]
    found = Agreement(tmp_path / "traces", tmp_path / "tmp", tmp_path / "elsewhere")
    show(HEAD + "\n" + found.line(name))
    of_bytes, of_ops = found.shares()
    assert found.ops and of_bytes >= 0.99 and of_ops >= 0.97, f"{found.line(name)}\n{found.wrong()}"
