# SPDX-License-Identifier: Apache-2.0
"""Installs requirements.txt into the environment whose interpreter runs this:
together, or where that fails line by line. What can't be had is named, here
and in the file `missing` beside the environment's settings; all else stays.

    python install.py requirements.txt
"""
import os
import re
import subprocess
import sys


def pip(*arguments):
    done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input",
                           *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace")
    lines = [line for line in done.stdout.splitlines() if line.startswith("ERROR")]
    return None if done.returncode == 0 else (lines or done.stdout.splitlines() or ["pip failed"])[-1]


def main():
    listed = sys.argv[1]
    with open(listed) as f:
        text = f.read()
    wanted = re.findall(r"^[\w.-]+==\S+", text, re.M)
    installed, missing = (os.path.join(sys.prefix, name) for name in ("installed", "missing"))
    if os.path.exists(installed):
        with open(installed) as f:
            if f.read() == text:
                return
    torch = next(w for w in wanted if w.startswith("torch=="))
    print(f"installing {len(wanted)} packages into {os.path.relpath(sys.prefix)}", flush=True)
    failed = {}
    if trouble := pip(torch, "-c", listed):
        failed[torch] = trouble
    rest = [w for w in wanted if w != torch]
    if pip("--no-deps", *rest):
        failed.update((w, trouble) for w in rest if (trouble := pip("--no-deps", w)))
    with open(missing, "w") as f:
        for name, trouble in failed.items():
            print(f"NOT INSTALLED: {name}: {trouble}", flush=True)
            print(f"{name}: {trouble}", file=f)
    if not failed:  # otherwise the next run tries again
        with open(installed, "w") as f:
            f.write(text)


if __name__ == "__main__":
    main()
