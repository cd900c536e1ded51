# SPDX-License-Identifier: Apache-2.0
"""The text report: verdict first, 100 columns, colour for terminals only."""
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

import aiotrace

WIDTH = 100
ORDER = ["Run ", "Findings", "Stages", "Over time", "Processes", "Waiting", "Checkpoints", "Restores", "Time in calls", "Slowest operations",
         "Mounts", "Files with most bytes", "Missing"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    done = aiotrace.run_traced([sys.executable, os.path.join(aiotrace.TOP, "samples/demo.py"), folder / "work"], folder / "t")
    assert done.returncode == 0, done.stderr
    return folder / "t"


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_it_fits_a_terminal(demo, locale):
    text = aiotrace.aiotrace("report", demo, env=aiotrace.clean({"LC_ALL": locale})).stdout
    assert not [line for line in text.splitlines() if len(line) > WIDTH]
    assert ("█" in text) == (locale == "C.UTF-8")


def test_parts_stand_in_their_order_and_the_verdict_is_first(demo):
    text = aiotrace.aiotrace("report", demo).stdout
    at = [text.index(title if title == "Run " else f"\n{title}") for title in ORDER if title != "Run "]
    assert at == sorted(at)
    first = text.split("\n\n")[0].splitlines()
    assert first[0].startswith("Run ") and "Most reading is" in first[1] and first[2].startswith("Loading: ")


def shown(demo, extra, terminal, columns=0):
    command = [aiotrace.PROGRAM, "report", demo]
    if not terminal:
        return subprocess.run(command, env=aiotrace.clean(extra), capture_output=True, check=True).stdout
    ours, theirs = pty.openpty()
    if columns:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(command, env=aiotrace.clean(extra), stdout=theirs, stderr=subprocess.DEVNULL) as child:
        os.close(theirs)
        parts = []
        try:
            while part := os.read(ours, 65536):
                parts.append(part)
        except OSError:  # the terminal's other end is closed
            pass
        assert child.wait() == 0
    os.close(ours)
    return b"".join(parts)


def test_colour_is_for_terminals_that_want_it(demo):
    assert b"\033[" in shown(demo, {}, True)
    assert b"\033[" not in shown(demo, {"NO_COLOR": "1"}, True)
    assert b"\033[" not in shown(demo, {}, False)


def parts_of(text):
    """Lines by the title that they stand below."""
    parts, title = {}, ""
    for line in text.splitlines():
        if line and line == line.lstrip() and not parts.get(title, [""])[-1].strip():
            title = next((t for t in [*ORDER, "Call sites"] if line.startswith(t)), line)
        parts.setdefault(title, []).append(line)
    return parts


def test_a_terminal_s_width_is_made_use_of(demo):
    def at(columns):
        return parts_of(shown(demo, {"NO_COLOR": "1"}, True, columns).decode().replace("\r", ""))
    narrow, wide = at(80), at(200)
    for title in ("Findings", "Over time", "Waiting", "Call sites", "Files with most bytes", "Slowest operations", "Missing"):
        assert narrow[title] and max(map(len, narrow[title])) <= 80, title
    assert max(len(line) for line in narrow["Run "] if not line.startswith("Run ")) <= 80
    assert str(demo.parent / "work") not in "\n".join(narrow["Files with most bytes"])
    assert str(demo.parent / "work") in "\n".join(wide["Files with most bytes"])


def test_names_cannot_command_the_terminal(tmp_path):
    script = ("import os\nfor name in (b'new\\nline', b'\\x1b[31mred', b'\\xff bad', b'\\xc2\\x9b1m', '\\u4e2d\\u6587'.encode() * 30):\n"
              "    for turn in range(3):\n        with open(name, 'wb', buffering=0) as f: f.write(bytes(70000))\n")
    assert aiotrace.run_traced(aiotrace.python(script), tmp_path / "t", cwd=tmp_path).returncode == 0
    done = subprocess.run([aiotrace.PROGRAM, "report", tmp_path / "t"], capture_output=True, timeout=60, check=True)
    assert not set(done.stdout) & (set(range(32)) - {10}) and 127 not in done.stdout and b"\xc2\x9b" not in done.stdout
    text = done.stdout.decode()
    assert all(name in text for name in ("new\\x0aline", "\\x1b[31mred", "\\xff bad", "\\xc2\\x9b1m", "\u4e2d\u6587\u4e2d"))
