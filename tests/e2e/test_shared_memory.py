# SPDX-License-Identifier: Apache-2.0
"""Memory that a process is sent by its descriptor when its name is gone, as loaders do for each batch."""
import os
import sys

import pytest

import aiotrace

SCRIPT = """
import os, socket, sys
ours, theirs = socket.socketpair()
made = [os.open(name, os.O_RDWR | os.O_CREAT, 0o600) for name in sys.argv[1:]]
for fd, name in zip(made, sys.argv[1:]):
    if not name.endswith("named"): os.unlink(name)
if os.fork() == 0:
    for _ in made:
        fd = socket.recv_fds(theirs, 1, 1)[1][0]
        os.pwrite(fd, bytes(10), 0)
        print(os.fstat(fd).st_ino, flush=True)
        os.close(fd)
    os._exit(0)
for fd in made: socket.send_fds(ours, [b"x"], [fd])
for fd in made: os.close(fd)
os.wait()
"""


@pytest.mark.skipif(not os.path.ismount("/dev/shm"), reason="/dev/shm is no file system of its own")
def test_deleted_memory_that_was_received_is_known_by_its_inode(tmp_path):
    own = f"aiotrace-test-{os.getpid()}"
    names = [str(tmp_path / "disk"), f"/dev/shm/{own}-deleted", f"/dev/shm/{own}-named", str(tmp_path / "again")]
    try:
        done = aiotrace.run_traced([sys.executable, "-c", SCRIPT, *names], tmp_path / "traces")
    finally:
        os.unlink(names[2])
    assert done.returncode == 0, done.stderr
    names[1] = f"/dev/shm/deleted:[{done.stdout.split()[1]}]"
    writes = [e for e in aiotrace.dump(tmp_path / "traces") if e.call == "pwrite64" or e.call == "pwrite"]
    assert [(e.path, e.offset, e.size) for e in writes] == [(name, 0, 10) for name in names]
    assert [e.stage == "ipc" for e in writes] == [False, True, True, False]


SESSION = """
import mmap, os, sys
folder = os.path.join(sys.argv[1], sys.argv[2], "0")
os.makedirs(folder)
for name in ("segment", "data"):
    fd = os.open(os.path.join(folder, name), os.O_RDWR | os.O_CREAT)
    os.ftruncate(fd, 4 << 20)
    with mmap.mmap(fd, 4 << 20) as memory:
        for page in range(0, 4 << 20, 4096): memory[page]
    os.close(fd)
"""


@pytest.mark.parametrize("session, ipc", [("ompi.node7.1000", True), ("prte.node7.1000", True), ("openmpi-sessions-1000", True),
                                          ("comprise.d", False)])
def test_what_ranks_share_by_files_of_their_session_is_no_data(tmp_path, session, ipc):
    done = aiotrace.run_traced(aiotrace.python(SESSION, tmp_path / "tmp", session), tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    told = {e.stage for e in aiotrace.dump(tmp_path / "traces") if f"/{session}/0/" in e.path}
    assert (told == {"ipc"}) == ipc and told
