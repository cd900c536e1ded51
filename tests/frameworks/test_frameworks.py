# SPDX-License-Identifier: Apache-2.0
"""The frameworks that people train with: what aiotrace and strace saw of one
run is the same per file, and the program did what it does without either."""
import os
import re
import sys
import tempfile

import pytest

import aiotrace

sys.path.insert(0, os.path.join(aiotrace.TOP, "tests/compare"))
import compare  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ENVIRONMENT = os.environ.get("AIOTRACE_FRAMEWORKS") or os.path.join(aiotrace.BUILD, "frameworks")
PYTHON, MISSING = os.path.join(ENVIRONMENT, "bin/python"), os.path.join(ENVIRONMENT, "missing")
PROGRAMS = sorted(name[:-3] for name in os.listdir(os.path.join(HERE, "programs")) if name != "told.py" and name.endswith(".py"))
RANKS = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
LAUNCHED = {"torch_checkpoint": RANKS}
SETTINGS = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "",
            "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "TOKENIZERS_PARALLELISM": "false", "PYTHONDONTWRITEBYTECODE": "1"}
SECONDS = 900  # a machine may be busy with other things


def command(name):
    return [PYTHON, *LAUNCHED.get(name, []), os.path.join(HERE, "programs", name + ".py"), "{}"]


@pytest.fixture
def base():
    """Short, because sockets are made below it."""
    with tempfile.TemporaryDirectory(prefix="frameworks.") as folder:
        os.makedirs(os.path.join(folder, "template/tmp"))
        os.makedirs(os.path.join(folder, "home"))
        yield os.path.realpath(folder)


def run(name, base, extra):
    """Untraced, or under aiotrace alone."""
    work = os.path.join(base, "work")
    compare.prepare(work, os.path.join(base, "template"))
    return aiotrace.run([c.replace("{}", work) for c in command(name)], env=aiotrace.clean(extra), cwd=work, timeout=SECONDS)


def skip_if_not_installed(done, show, name):
    words = ("ModuleNotFoundError", "ImportError", "PackageNotFoundError")
    said = [line for line in done.stderr.splitlines() if any(w in line for w in words)]
    if done.returncode and said and os.path.getsize(MISSING):
        show(f"SKIPPED {name}: {said[-1]}; {os.path.relpath(MISSING)} says what could not be installed")
        pytest.skip(said[-1])


def summary(name, result, losses):
    """One line of numbers, then what stands apart, by file, with its reason."""
    everything = [sum(side.values(), compare.Counter()) for side in (result.truth, result.trace)]
    cells = [f"{compare.count(everything[0], kind)}={compare.count(everything[1], kind)} {kind}s "
             f"({compare.bytes_of(everything[0], kind)}={compare.bytes_of(everything[1], kind)} bytes)"
             for kind in ("read", "write")]
    lines = [f"{name}: strace=aiotrace in {len(result.truth)} files: {', '.join(cells)}"]
    return "\n  ".join(lines + result.apart() + losses)


@pytest.mark.skipif(not os.path.exists(PYTHON), reason="no environment: run make check-frameworks")
@pytest.mark.parametrize("name", PROGRAMS)
def test_framework(name, base, show):
    extra = {**SETTINGS, "HOME": os.path.join(base, "home"), "TMPDIR": os.path.join(base, "work/tmp")}
    plain = run(name, base, extra)
    skip_if_not_installed(plain, show, name)
    assert plain.returncode == 0 and plain.stdout, plain.stderr[-3000:]

    traced = run(name, base, {**extra, "LD_PRELOAD": aiotrace.LIBRARY, "AIOTRACE_DIR": os.path.join(base, "alone")})
    assert (traced.returncode, traced.stdout) == (0, plain.stdout), traced.stderr[-3000:]

    result = compare.compare(command(name), base, os.path.join(base, "template"), same_run=True, extra=extra, timeout=SECONDS)
    done = result.first.done
    assert (done.returncode, done.stdout.decode()) == (0, plain.stdout), done.stderr.decode()[-3000:]
    losses = re.findall(r"^ +(lost .*)", aiotrace.info(os.path.join(base, "traces")), re.M)
    show(summary(name, result, losses))
    assert result.equal, result.differences()
    assert not [op for op in result.first.ops if op.offset is None and isinstance(op.result, int)]
    assert not losses
