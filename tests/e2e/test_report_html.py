# SPDX-License-Identifier: Apache-2.0
"""report --html is one file that draws report --json, whatever the traced program called its files."""
import html.parser
import json
import os
import re
import shutil
import subprocess

import pytest

import aiotrace
from handmade import HIT, MS, STORAGE, Process

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(not BROWSER, reason="no chromium here")
HOSTILE = "</script><script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"


class Parts(html.parser.HTMLParser):
    """The page's scripts, and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.loads, self.inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside = tag == "script"
        self.scripts += [""] if self.inside else []
        self.loads += [value for name, value in attributes if name in ("src", "href")]

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "script"

    def handle_data(self, data):
        if self.inside:
            self.scripts[-1] += data


def drawn(page):
    """The document after its scripts ran, and what they complained of."""
    done = subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr",
                           f"--user-data-dir={page.parent}/profile", "--virtual-time-budget=5000", "--dump-dom", f"file://{page}"],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout, re.findall(r"CONSOLE.*", done.stderr)


def write_page(trace, page, *options):
    aiotrace.aiotrace("report", "--html", page, *options, trace)
    return page.read_text()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("html")
    script = "import sys; open(sys.argv[1], 'w').write('x' * 5000); open(sys.argv[1]).read()"
    name = folder / HOSTILE.replace("/", "\u2215")  # no name has a slash
    done = aiotrace.run_traced(["/bin/sh", "-c", f"exec \"$0\" \"$@\" # {HOSTILE.replace(chr(39), '')}", *aiotrace.python(script, name)], folder / "traces")
    assert done.returncode == 0, done.stderr
    return folder / "traces"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    done = aiotrace.run_traced(["/usr/bin/python3", os.path.join(aiotrace.TOP, "samples/checkpoint.py"), folder / "work"], folder / "traces")
    assert done.returncode == 0, done.stderr
    return folder / "traces"


def test_the_page_holds_the_json_report_and_loads_nothing(hostile, tmp_path):
    parts = Parts(write_page(hostile, tmp_path / "r.html", "--top", "7"))
    assert len(parts.scripts) == 3 and parts.loads == []
    assert json.loads(parts.scripts[0]) == json.loads(aiotrace.aiotrace("report", "--json", "--top", "7", hostile).stdout)
    assert HOSTILE.replace("/", "\u2215") in json.dumps(json.loads(parts.scripts[0]), ensure_ascii=False).replace('\\"', '"')


@needs_browser
def test_a_hostile_name_is_shown_and_not_run(hostile, tmp_path):
    write_page(hostile, tmp_path / "r.html")
    document, complaints = drawn(tmp_path / "r.html")
    assert not complaints and "<title>aiotrace: " in document and "<title>taken" not in document
    assert HOSTILE.replace("/", "\u2215").replace("<", "&lt;").replace(">", "&gt;") in document


def moments(traces):
    """A short stage in a long run, whose windows are shorter than the run's: when its saves were, in s."""
    report = json.loads(aiotrace.aiotrace("report", "--json", traces).stdout)
    stage = next(s for s in report["stages"] if s["stage"] == "checkpoint")
    return report["timeline"], stage["timeline"], [save["start_s"] for save in report["checkpoints"]]


@needs_browser
def test_what_a_stage_moved_stands_at_its_time(tmp_path):
    script = ("import os, time\n"
              "def rest(seconds):\n    until = time.monotonic() + seconds\n"
              "    while time.monotonic() < until:\n        os.pread(data, 100, 0); time.sleep(0.01)\n"
              "data = os.open('data.bin', os.O_RDONLY)\n"
              "for turn in range(3):\n    rest(1 if turn < 2 else 0.1)\n"
              "    with open(f'ckpt-{turn}.pt', 'wb', buffering=0) as f:\n        f.write(bytes(1 << 20)); os.fsync(f.fileno())\n"
              "rest(8)\n")
    (tmp_path / "data.bin").write_bytes(bytes(1000))
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "t", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    whole, part, saves = moments(tmp_path / "t")
    assert part["window_s"] < whole["window_s"] and len(saves) == 3
    write_page(tmp_path / "t", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    ask = """<script>setTimeout(() => { const c = Object.values(Chart.instances)[0].data, set = c.datasets.find(d => d.label === "checkpoint");
        document.title = "at " + JSON.stringify(c.labels.filter((_, i) => set.data[i] > 0)); }, 0)</script>"""
    (tmp_path / "asks.html").write_text(page.replace("</body>", ask + "</body>"), encoding="utf-8")
    document, _ = drawn(tmp_path / "asks.html")
    drawn_at = json.loads(re.search(r"<title>at (.*?)</title>", document).group(1))
    assert all(any(at - whole["window_s"] <= save <= at + 2 * whole["window_s"] for at in drawn_at) for save in saves), (drawn_at, saves)
    assert saves[0] - whole["window_s"] <= min(drawn_at) and max(drawn_at) <= saves[2] + 1


@needs_browser
def test_all_parts_are_drawn(sample, tmp_path):
    write_page(sample, tmp_path / "r.html")
    document, complaints = drawn(tmp_path / "r.html")
    titles = re.findall("<h2>([^<]*)", document)
    assert not complaints
    assert {"Findings", "Over time", "Stages", "Checkpoints", "Restores", "Call sites", "Mounts", "Processes"} <= set(titles)
    charts = re.findall(r"<canvas[^>]*>", document)
    assert len(charts) >= 3 and all("display: block" in c for c in charts), charts  # Chart.js has sized them
    saves = json.loads(aiotrace.aiotrace("report", "--json", sample).stdout)["checkpoints"]
    assert saves and all(document.count(s["path"]) >= 1 for s in saves)


@needs_browser
def test_a_run_without_storage_has_a_page_too(tmp_path):
    done = aiotrace.run_traced(["/bin/true"], tmp_path / "traces")
    assert done.returncode == 0
    write_page(tmp_path / "traces", tmp_path / "r.html")
    document, complaints = drawn(tmp_path / "r.html")
    assert not complaints and "Nothing is wrong" in document and "NaN" not in re.sub("<script.*?</script>", "", document, flags=re.S)


def test_a_page_that_cannot_be_written_is_said(hostile):
    done = aiotrace.aiotrace("report", "--html", "/proc/no-such", hostile, check=False)
    assert done.returncode == 1 and "/proc/no-such: No such file" in done.stderr


@needs_browser
def test_the_interpreters_own_reads_are_no_hits_of_the_jobs(tmp_path):
    """And what was never timed took no 0 s."""
    p = Process(tmp_path / "t")
    (tmp_path / "t").mkdir()
    for i in range(300):
        p.read(f"/usr/lib/python3/m{i}.py", 0, 4096, flags=HIT)
    for i in range(100):
        p.read(f"/disk/{i:03}.jpg", 0, 100_000, took=2 * MS, flags=STORAGE, stage="train")
    p.save()
    write_page(tmp_path / "t", tmp_path / "r.html")
    document, complaints = drawn(tmp_path / "r.html")
    assert not complaints and re.search(r"<b>0 %</b><span>of reads came from the page cache", document)
    assert ">0 s<" not in document[document.index(">Mounts<"):document.index(">Files with")]
