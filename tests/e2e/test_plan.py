# SPDX-License-Identifier: Apache-2.0
"""aiotrace plan: the sizing rules, and a run held against them."""
import json

import pytest

import aiotrace


def plan(*arguments, **options):
    return aiotrace.aiotrace("plan", *arguments, **options)


def plan_json(*arguments):
    return json.loads(plan("--json", *arguments).stdout)


def test_175_billion_parameters_once_an_hour():
    answer = plan_json("--params", "175B", "--interval", "1h", "--gpus", 1024)
    (hour,) = answer["intervals"]
    assert answer["checkpoint_bytes"] == 2.45e12 and answer["weight_bytes"] == 350e9
    assert hour["save_s"] == 180
    assert hour["save_bandwidth"] == pytest.approx(13.6e9, rel=0.002)
    assert hour["restore_bandwidth"] == pytest.approx(8 * hour["save_bandwidth"])
    assert hour["save_bandwidth_per_gpu"] == pytest.approx(hour["save_bandwidth"] / 1024)
    text = plan("--params", "175B", "--interval", "1h").stdout
    for figure in ("2.45 TB", "180 s", "13.6 GB/s", "109 GB/s", "58.8 TB"):
        assert figure in text, text
    assert max(map(len, text.splitlines())) <= 100


def test_any_size_of_a_model_keeps_the_table():
    for params in ("1", "999", "1e18", "1e20"):
        lines = plan("--params", params, "--interval", "1h").stdout.splitlines()
        head = next(i for i, line in enumerate(lines) if line.strip().startswith("one every"))
        assert len(lines[head + 1]) == len(lines[head]), lines


def test_without_an_interval_the_usual_ones():
    answer = plan_json("--params", "500e9")
    assert answer["checkpoint_bytes"] == 7e12
    assert [i["interval_s"] for i in answer["intervals"]] == [14400, 3600, 1800]
    assert answer["measured"] is None and answer["mean_time_to_failure_s"] is None


def test_rules_can_be_changed():
    answer = plan_json("--params", "1B", "--interval", "100s", "--share", "10%", "--fan-out", 2, "--bytes-per-param", 16,
                       "--mttf", "2000s")
    (only,) = answer["intervals"]
    assert (only["save_s"], only["save_bandwidth"], only["restore_bandwidth"]) == (10, 1.6e9, 3.2e9)
    assert only["young_daly_interval_s"] == pytest.approx((2 * 2000 * 10) ** 0.5)


@pytest.mark.parametrize("arguments", [["--params", "many"], ["--params", "0"], ["--params", "1B", "--interval", "soon"],
                                       ["--params", "1B", "--share", "200"], ["--params", "1B", "--gpus", "0.5"],
                                       ["--params", "-7B"], ["--params", "1e400"], ["--params", "nan"], ["--params", "7GB"],
                                       ["--params", "1B", "--interval", "-1h"], ["--nonsense"]])
def test_what_is_no_quantity_is_refused(arguments):
    done = plan(*arguments, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert arguments[-1].lstrip("-") in done.stderr


def test_a_run_is_held_against_the_rules(tmp_path):
    script = """
import os, sys, time
for i in range(4):
    with open(f"{sys.argv[1]}/ckpt-{i:04}.pt.tmp", "wb") as f:
        f.write(bytes(7_000_000)); f.write(bytes(7_000_000)); f.flush(); os.fsync(f.fileno())
    os.rename(f.name, f.name[:-4])
    time.sleep(0.2)
"""
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    saves = aiotrace.report(tmp_path / "t")["checkpoints"]
    answer = plan_json(tmp_path / "t")
    assert len(saves) == answer["measured"]["checkpoints"] == 4
    assert answer["measured"]["bytes"] == answer["checkpoint_bytes"] == 14_000_000
    assert answer["parameters"] == 1_000_000
    intervals = sorted(s["interval_s"] for s in saves)
    assert answer["intervals"][0]["interval_s"] == pytest.approx((intervals[1] + intervals[2]) / 2)
    shares = sorted(s["share_of_interval"] for s in saves)
    assert answer["measured"]["share_of_interval"] == pytest.approx((shares[1] + shares[2]) / 2)
    assert answer["measured"]["within_share"] == (answer["measured"]["share_of_interval"] <= 0.05)
    assert answer["measured"]["fastest_bandwidth"] >= max(s["bandwidth"] for s in saves) * 0.999999
    text = plan(tmp_path / "t").stdout
    assert "4 checkpoints" in text and "14.0 MB" in text
    other = plan_json("--params", "2B", "--interval", "60s", tmp_path / "t")
    assert other["parameters"] == 2e9 and other["measured"] == answer["measured"]


def test_a_run_without_checkpoints_needs_parameters(tmp_path):
    aiotrace.run_traced(["true"], tmp_path / "t")
    done = plan(tmp_path / "t", check=False)
    assert done.returncode == 1 and "--params" in done.stderr
    answer = plan_json("--params", "1B", tmp_path / "t")
    assert answer["measured"]["checkpoints"] == 0 and answer["measured"]["interval_s"] is None
