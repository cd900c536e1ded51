# SPDX-License-Identifier: Apache-2.0
"""A test that failed is run again by itself, three times, in a process of its own.
If it passes each time it is unsteady: named in the summary with what it said, and
not counted as failed. More than six at once are no accident and count as they are."""
import os
import subprocess
import sys

import pytest

AT_MOST, TIMES = 6, 3
AGAIN = "AIOTRACE_TEST_AGAIN"


def passes_alone(config, nodeid):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(config.inipath),
               os.path.join(config.rootpath, nodeid)]
    return all(subprocess.run(command, env={**os.environ, AGAIN: "1"}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL).returncode == 0 for _ in range(TIMES))


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    failed = reporter.stats.get("failed", []) if reporter else []
    if AGAIN in os.environ or not 0 < len(failed) <= AT_MOST or reporter.stats.get("error"):
        return
    unsteady = [report for report in failed if passes_alone(session.config, report.nodeid)]
    reporter.stats["failed"] = [report for report in failed if report not in unsteady]
    reporter.stats["unsteady"] = unsteady
    if session.exitstatus == pytest.ExitCode.TESTS_FAILED and not reporter.stats["failed"]:
        session.exitstatus = pytest.ExitCode.OK


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.stats.get("unsteady", ()):
        terminalreporter.write_line(f"\nunsteady: {report.nodeid} failed once and passed {TIMES} times by itself")
        terminalreporter.write_line(report.longreprtext)
