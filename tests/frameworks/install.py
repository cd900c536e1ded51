# SPDX-License-Identifier: Apache-2.0
"""Installs requirements.txt into the environment whose interpreter runs this:
together, or where that fails one by one. What can't be had is named, here and
in the file `missing` of the environment; all else stays.

    python install.py requirements.txt
"""
import os
import re
import subprocess
import sys
import time

MINUTES = 20  # for all of it: a slow index is one that is out of reach
OUT_OF_REACH = re.compile(r"Connection refused|Connection reset|Name or service not known|Temporary failure in name resolution|"
                          r"Network is unreachable|timed out|ProxyError|SSLError|ConnectionError")
IN_A_ROW = 3  # failures from the start on: then the index has nothing


class Pip:
    def __init__(self):
        self.end = time.monotonic() + MINUTES * 60

    def install(self, *arguments, retries=3):
        """None, or why not."""
        command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input",
                   "--retries", str(retries), "--timeout", "30", *arguments]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", timeout=max(self.end - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            return f"the package index is out of reach (more than {MINUTES} minutes)"
        if done.returncode == 0:
            return None
        lines = done.stdout.splitlines()
        if reach := OUT_OF_REACH.findall(done.stdout):
            return f"the package index is out of reach ({reach[-1]})"
        return next((line for line in lines if line.startswith("ERROR")), "pip failed")


def install(pip, wanted):
    """{package: why it could not be had}"""
    if not pip.install("--no-deps", *wanted):
        return {}
    failed = {}
    for i, package in enumerate(wanted):
        if why := pip.install("--no-deps", package, retries=1):
            failed[package] = why
        if why and ("out of reach" in why or len(failed) == i + 1 == IN_A_ROW):
            return {**failed, **dict.fromkeys(wanted[i + 1:], why)}
    return failed


def main():
    with open(sys.argv[1]) as f:
        text = f.read()
    installed, missing = (os.path.join(sys.prefix, name) for name in ("installed", "missing"))
    if os.path.exists(installed):
        with open(installed) as f:
            if f.read() == text:
                return
    wanted = re.findall(r"^[\w.-]+==\S+", text, re.M)
    print(f"installing {len(wanted)} packages into {os.path.relpath(sys.prefix)}", flush=True)
    pip = Pip()
    # torch with its dependencies: on some indexes it has more than the listed ones.
    torch, rest = wanted[0], wanted[1:]
    why = pip.install(torch, "-c", sys.argv[1])
    failed = {torch: why} if why else {}
    failed.update(install(pip, rest))
    with open(missing, "w") as f:
        for reason in dict.fromkeys(failed.values()):
            line = f"{', '.join(package for package, why in failed.items() if why == reason)}: {reason}"
            print(f"NOT INSTALLED: {line}", flush=True)
            print(line, file=f)
    if not failed:  # otherwise the next run tries again
        with open(installed, "w") as f:
            f.write(text)


if __name__ == "__main__":
    main()
