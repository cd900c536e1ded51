# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

import pytest

import aiotrace

pytest_plugins = ["steady", "slow_storage"]


def pytest_sessionstart(session):
    for made in (aiotrace.LIBRARY, aiotrace.PROGRAM):
        if not os.path.exists(made):
            raise pytest.UsageError(f"{made} is missing: run make")


def pytest_terminal_summary(terminalreporter):
    """What a test prints with `show` stands in the summary, passed or not."""
    for text in SHOWN:
        terminalreporter.write_line("")
        terminalreporter.write_line(text)


def pytest_unconfigure(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not reporter:
        return
    count = {k: len(reporter.stats.get(k, ())) for k in ("passed", "failed", "error", "skipped")}
    unsteady = len(reporter.stats.get("unsteady", ()))
    more = "".join(f", {n} {what}" for what, n in (("unsteady", unsteady), ("skipped", count["skipped"])) if n)
    print(f"\n{count['passed'] + unsteady} passed, {count['failed'] + count['error']} failed{more}", flush=True)


SHOWN = []


@pytest.fixture
def show():
    return SHOWN.append


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """Compiles tests/e2e/programs/NAME.c, with the compiler's arguments MORE behind it, to NAME_AS."""
    folder = tmp_path_factory.mktemp("programs")

    def compiled(name, *more, name_as=None):
        binary = folder / (name_as or name)
        if not binary.exists():
            source = os.path.join(aiotrace.TOP, "tests/e2e/programs", name + ".c")
            subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O1", "-D_GNU_SOURCE", "-Wall", "-o", binary,
                            source, "-pthread", *more], check=True)
        return binary

    return compiled
