# SPDX-License-Identifier: Apache-2.0
"""A file system of our own, as late as a test wants it; its type, fuse.slowfs, is one of a network to reports."""
import contextlib
import os
import shutil
import subprocess
import time

import pytest


@pytest.fixture
def slow_storage(program, tmp_path):
    """A folder, and what mounts it elsewhere, late by so many microseconds a call."""
    if not os.path.exists("/dev/fuse") or not shutil.which("fusermount3"):
        pytest.skip("no FUSE here")
    binary = program("slowfs", "-I/usr/include/fuse3", "-lfuse3")
    folder, mounted = tmp_path / "folder", tmp_path / "mounted"
    folder.mkdir()
    mounted.mkdir()

    @contextlib.contextmanager
    def mount(microseconds):
        with subprocess.Popen([binary, folder, str(microseconds), mounted], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
            try:
                while not os.path.ismount(mounted):
                    if server.poll() is not None:
                        pytest.skip(f"FUSE can't be mounted here: {server.stderr.read().decode()}")
                    time.sleep(0.01)
                yield mounted
            finally:
                if server.poll() is None:
                    subprocess.run(["fusermount3", "-u", "-z", mounted], check=True)

    return folder, mount
