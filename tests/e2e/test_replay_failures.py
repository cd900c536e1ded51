# SPDX-License-Identifier: Apache-2.0
"""Calls that failed in the recording: they fail again, or are left out where nothing else could fail so."""
import json

import aiotrace
from replays import record, replay

JOB = """
import errno, json, os, sys
os.chdir(sys.argv[1])
asked = 0
def fails(call, *arguments, of_what_was_asked=False):
    global asked
    try: call(*arguments)
    except OSError as e:
        asked += of_what_was_asked
        return e.errno
open("f", "wb").write(os.urandom(1 << 20)); os.mkdir("d"); open("d/x", "w").close()
fd, out = os.open("f", os.O_RDONLY), os.open("f", os.O_WRONLY)
assert fails(os.write, fd, b"x") == fails(os.read, out, 10) == fails(os.pread, out, 10, 0) == errno.EBADF
assert fails(os.open, "f", os.O_CREAT | os.O_EXCL) == fails(os.mkdir, "d") == errno.EEXIST
assert fails(os.open, "never", 0) == fails(os.stat, "never") == fails(os.unlink, "never") == errno.ENOENT
assert fails(os.rmdir, "d") == errno.ENOTEMPTY and fails(os.read, os.open("d", 0), 10) == errno.EISDIR
assert fails(os.readlink, "f") == errno.EINVAL and not os.access("f", os.X_OK)
assert fails(os.pread, fd, 100, -1, of_what_was_asked=True) == errno.EINVAL
assert fails(os.lseek, fd, -5, 0, of_what_was_asked=True) == errno.EINVAL
fails(os.lseek, fd, 1 << 30, os.SEEK_DATA, of_what_was_asked=True)
os.fsync(out); os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
at_once = [fails(os.preadv, fd, [bytearray(4096)], 65536 * 3 * i, os.RWF_NOWAIT) for i in range(4)]
json.dump({"asked": asked, "would wait": at_once.count(errno.EAGAIN)}, open(sys.argv[2], "w"))
"""


def test_what_failed_fails_again_or_is_left_out(tmp_path):
    told = tmp_path / "told"
    record(tmp_path, JOB, told)
    told = json.loads(told.read_text())
    verdict = replay(tmp_path, "--timing", "fast", "--path", f"{tmp_path}/job/*")
    assert verdict["complete"] and verdict["failed"] == 0, verdict
    # Pages that were to leave the cache may still be in it, and nothing waits for them.
    assert verdict["not_failed_as_recorded"] <= told["would wait"], verdict
    assert verdict["bytes_done"] == verdict["bytes_planned"], verdict
    left = [r["events"] for r in verdict["plan"]["not_replayed"] if "what they asked" in r["why"]]
    assert left == [told["asked"]] and told["asked"] >= 2
    waits = [e for e in aiotrace.dump(tmp_path / "t") if e.call == "preadv64v2" and e.errno == 11]
    assert len(waits) == told["would wait"] and all(e.size == 4096 for e in waits)
