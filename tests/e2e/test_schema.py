# SPDX-License-Identifier: Apache-2.0
"""report --json is what analyzer/report/report.schema.json says."""
import copy
import json
import os
import sys

import jsonschema
import pytest

import aiotrace

with open(os.path.join(aiotrace.TOP, "analyzer/report/report.schema.json")) as f:
    SCHEMA = json.load(f)
CHECK = jsonschema.Draft202012Validator(SCHEMA)

RUNS = {
    "nothing": ["true"],
    "checkpoint": [sys.executable, os.path.join(aiotrace.TOP, "samples/checkpoint.py"), "{}"],
    "image_folder": [sys.executable, os.path.join(aiotrace.TOP, "samples/image_folder.py"), "{}"],
    "token_memmap": [sys.executable, os.path.join(aiotrace.TOP, "samples/token_memmap.py"), "{}"],
}


@pytest.mark.parametrize("name", RUNS)
def test_a_report_follows_its_schema(name, tmp_path):
    done = aiotrace.run_traced([part.format(tmp_path / "work") for part in RUNS[name]], tmp_path / "t")
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    errors = [f"{error.json_path}: {error.message[:200]}" for error in CHECK.iter_errors(report)]
    assert not errors, "\n".join(errors[:10])
    assert all(number == number and abs(number) != float("inf") for number in numbers(report))


def numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from numbers(part)
    elif isinstance(value, float):
        yield value


def test_the_schema_can_fail(tmp_path):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    aiotrace.run_traced([sys.executable, "-c", "open('x', 'w').write('x' * 5000)"], tmp_path / "t", cwd=tmp_path)
    report = aiotrace.report(tmp_path / "t")
    assert CHECK.is_valid(report)
    for spoil in (lambda r: r.pop("stages"), lambda r: r["stages"][0].pop("pattern"),
                  lambda r: r["stages"][0].update(stage="holiday"), lambda r: r["run"].update(duration_s="long"),
                  lambda r: r["stages"][0]["burstiness"].pop("windows")):
        spoilt = copy.deepcopy(report)
        spoil(spoilt)
        assert not CHECK.is_valid(spoilt)
