# SPDX-License-Identifier: Apache-2.0
"""The truth from outside: runs a program under `strace -f` and follows every
file descriptor through open, dup, fork, threads, exec, lseek and O_APPEND, so
that each read, write and mapping gets its file and its offset."""
import os
import re
import subprocess
from collections import namedtuple

# kind: read, write, map or ring; result: bytes, or minus the errno's name
Op = namedtuple("Op", "kind path offset size result call pid tid")

CALLS = ("open,openat,openat2,creat,open_by_handle_at,pidfd_getfd,close,close_range,dup,dup2,dup3,fcntl,ioctl,lseek,"
         "read,pread64,readv,preadv,preadv2,write,pwrite64,writev,pwritev,pwritev2,"
         "sendfile,copy_file_range,splice,mmap,rename,renameat,renameat2,link,linkat,unlink,unlinkat,chdir,"
         "truncate,ftruncate,clone,clone3,fork,vfork,execve,execveat,io_uring_enter,io_submit")


def run(command, log, variables=None, **options):
    """`variables` are set for the command and not for strace."""
    given = [f"--env={name}={value}" for name, value in (variables or {}).items()]
    return subprocess.run(["strace", "-f", "--seccomp-bpf", "-y", "-v", "-s", "0", "-ttt", "-e", f"trace={CALLS}",
                           "-e", "signal=none", *given, "-o", log, "--", *command], **options)


def split(text):
    """Arguments of a call, and what follows its closing parenthesis."""
    arguments, depth, start, i = [], 0, 0, 0
    while i < len(text):
        c = text[i]
        if c == '"':
            i += 1
            while text[i] != '"':
                i += 2 if text[i] == "\\" else 1
        elif c == "<" and (i and (text[i - 1].isdigit() or text[i - 1] == "D")) and text[i + 1] != "<":
            i = text.index(">", i)
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            if depth == 0:
                arguments.append(text[start:i].strip())
                return arguments, text[i + 1:].strip()
            depth -= 1
        elif c == "," and depth == 0:
            arguments.append(text[start:i].strip())
            start = i + 1
        i += 1
    raise ValueError(f"strace: no end of call in {text!r}")


def unescape(text):
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1").decode("utf-8", "surrogateescape")


class Call:
    def __init__(self, tid, name, text):
        self.tid, self.name = tid, name
        self.args, rest = split(text)
        answer = rest.lstrip("= ").split(" ", 1)
        value = answer[0]
        path = re.match(r"-?\w+<(.*)>", rest.lstrip("= "))
        self.path = unescape(path.group(1)) if path else None
        value = value.split("<")[0]
        self.failed = answer[1].split()[0] if value == "-1" and len(answer) > 1 else None
        self.known = value != "?"
        self.result = int(value, 0) if self.known else 0

    def fd(self, i):
        m = re.match(r"-?\d+", self.args[i])
        return int(m.group(0)) if m else -1

    def number(self, i):
        return int(self.args[i].strip("[]"), 0)

    def flags(self, i):
        return set(self.args[i].split("|")) if i < len(self.args) else set()

    def pid_flags(self):
        return set(re.findall(r"CLONE_\w+", " ".join(self.args)))


def calls(log):
    """Calls in the order in which they ended; but a number is free for other
    threads from the moment in which its close began."""
    waiting = {}
    with open(log, errors="surrogateescape") as f:
        for line in f:
            tid, _, text = line.rstrip("\n").split(None, 2)
            tid = int(tid)
            if text.startswith("<... "):
                begun = waiting.pop(tid, "")
                if begun.startswith("close("):
                    continue
                text = begun + text.split(" resumed>", 1)[1]
            elif text.endswith("<unfinished ...>"):
                waiting[tid] = text.removesuffix("<unfinished ...>")
                if not text.startswith("close("):
                    continue
                text = waiting[tid] + ") = 0"
            elif text.startswith(("+++", "---")):
                continue
            name, _, rest = text.partition("(")
            yield Call(tid, name, rest)


class Inode:
    def __init__(self, size):
        self.size = size


class Description:
    """An open file description: shared by dup and fork."""

    def __init__(self, path, inode, append):
        self.path, self.inode, self.append, self.position = path, inode, append, 0


class Process:
    def __init__(self, pid, cwd, fds=()):
        self.pid, self.cwd, self.fds, self.cloexec = pid, cwd, dict(fds), set()

    def fork(self, pid):
        child = Process(pid, self.cwd, self.fds)
        child.cloexec = set(self.cloexec)
        return child


class Model:
    def __init__(self, cwd, sizes):
        self.cwd, self.ops, self.processes, self.inodes = cwd, [], {}, {}
        self.sizes = sizes  # of the files that were there before

    # -- files by name
    def inode(self, path):
        if path not in self.inodes:
            self.inodes[path] = Inode(self.sizes.get(path, 0))
        return self.inodes[path]

    def name(self, process, text, directory=None):
        base = process.cwd
        if directory and "<" in directory:
            base = unescape(directory[directory.index("<") + 1:-1])
        return os.path.normpath(os.path.join(base, unescape(text[1:-1])))

    # -- events
    def play(self, all_calls):
        all_calls = list(all_calls)
        parents = {c.result: c for c in all_calls
                   if c.name in ("clone", "clone3", "fork", "vfork") and c.result > 0}
        for c in all_calls:
            process = self.processes.get(c.tid) or self.begin(c.tid, parents)
            if c.known:
                getattr(self, "on_" + c.name, self.on_other)(c, process)
        return self.ops

    def begin(self, tid, parents):
        parent = parents.get(tid)
        if parent is None:
            process = Process(tid, self.cwd)
        else:
            process = self.processes.get(parent.tid) or self.begin(parent.tid, parents)
            if "CLONE_THREAD" not in parent.pid_flags():
                process = process.fork(tid)
        self.processes[tid] = process
        return process

    def on_other(self, c, process):
        kind = {"read": "read", "pread64": "read", "readv": "read", "preadv": "read", "preadv2": "read",
                "write": "write", "pwrite64": "write", "writev": "write", "pwritev": "write",
                "pwritev2": "write"}.get(c.name)
        if kind:
            vector = "v" in c.name
            size = sum(map(int, re.findall(r"iov_len=(\d+)", c.args[1]))) if vector else c.number(2)
            offset = c.number(3) if c.name.startswith("p") else None
            self.data(c, process, kind, 0, size, None if offset == -1 else offset)

    def data(self, c, process, kind, argument, size, offset, call=None):
        description, path = self.shown(c, process, argument)
        result = f"-{c.failed}" if c.failed else c.result
        at, moved = offset, max(c.result, 0)
        if description:
            append = kind == "write" and (description.append or "RWF_APPEND" in c.args[-1])
            if append and offset is None and moved:
                description.position = description.inode.size
            if offset is None:
                at = description.position
                description.position += moved
            elif append and moved:
                at = description.inode.size
            if kind == "write":
                description.inode.size = max(description.inode.size, at + moved)
        self.ops.append(Op(kind, path, at, size, result, call or c.name, process.pid, c.tid))

    def on_sendfile(self, c, process):
        given = None if c.args[2] == "NULL" else int(re.search(r"-?\d+", c.args[2]).group(0))
        self.data(c, process, "read", 1, c.number(3), given)
        self.data(c, process, "write", 0, c.number(3), None)

    def on_copy_file_range(self, c, process):
        given = [None if c.args[i] == "NULL" else int(re.search(r"-?\d+", c.args[i]).group(0)) for i in (1, 3)]
        self.data(c, process, "read", 0, c.number(4), given[0])
        self.data(c, process, "write", 2, c.number(4), given[1])

    on_splice = on_copy_file_range

    def ring(self, c, process):
        """Operations handed over through a ring: the call does not say which."""
        if c.number(1) > 0:
            self.ops.append(Op("ring", None, None, c.number(1), c.result, c.name, process.pid, c.tid))

    on_io_uring_enter = on_io_submit = ring

    def on_mmap(self, c, process):
        if "MAP_ANONYMOUS" in c.args[3] or c.fd(4) < 0:
            return
        path = self.shown(c, process, 4)[1] if c.fd(4) in process.fds else None
        result = f"-{c.failed}" if c.failed else 0
        self.ops.append(Op("map", path, c.number(5), c.number(1),
                           result, c.name, process.pid, c.tid))

    def opened(self, c, process, flags):
        if c.failed or c.path is None:
            return
        inode = self.inode(c.path)
        if "O_TRUNC" in flags:
            inode.size = 0
        process.fds[c.result] = Description(c.path, inode, "O_APPEND" in flags)
        process.cloexec.discard(c.result)
        if "O_CLOEXEC" in flags:
            process.cloexec.add(c.result)

    def on_open(self, c, process):
        self.opened(c, process, c.flags(1))

    def on_openat(self, c, process):
        self.opened(c, process, c.flags(2))

    def on_openat2(self, c, process):
        self.opened(c, process, set(re.findall(r"O_\w+", c.args[2])))

    def on_creat(self, c, process):
        self.opened(c, process, {"O_TRUNC"})

    def on_open_by_handle_at(self, c, process):
        """strace does not show what it opened: the next call on it does."""
        if not c.failed:
            process.fds[c.result] = Description(None, Inode(0), "O_APPEND" in c.flags(2))
            process.cloexec.discard(c.result)

    def shown(self, c, process, argument):
        """The description behind an argument, if it is known, and its path."""
        description = process.fds.get(c.fd(argument))
        named = re.match(r"-?\d+<(.*)>(?:\(deleted\))?$", c.args[argument])
        path = unescape(named.group(1)) if named else None
        if description and not description.path and path:
            description.path, description.inode = path, self.inode(path)
        return description, description.path if description else path

    def on_pidfd_getfd(self, c, process):
        """Of the process itself, as the tests have it."""
        if not c.failed:
            process.fds.pop(c.result, None)
            if c.fd(1) in process.fds:
                process.fds[c.result] = process.fds[c.fd(1)]
            process.cloexec.add(c.result)

    def on_close(self, c, process):
        process.fds.pop(c.fd(0), None)
        process.cloexec.discard(c.fd(0))

    def on_close_range(self, c, process):
        if c.failed:
            return
        for fd in [n for n in process.fds if c.fd(0) <= n <= (c.fd(1) if c.fd(1) >= 0 else 1 << 31)]:
            if "CLOSE_RANGE_CLOEXEC" in c.args[2]:
                process.cloexec.add(fd)
            else:
                process.fds.pop(fd)

    def duplicated(self, c, process, cloexec=False):
        if c.failed or (c.result == c.fd(0)):
            return
        process.fds.pop(c.result, None)
        process.cloexec.discard(c.result)
        if c.fd(0) in process.fds:
            process.fds[c.result] = process.fds[c.fd(0)]
        if cloexec:
            process.cloexec.add(c.result)

    def on_dup(self, c, process):
        self.duplicated(c, process)

    def on_dup2(self, c, process):
        self.duplicated(c, process)

    def on_dup3(self, c, process):
        self.duplicated(c, process, "O_CLOEXEC" in c.args[2])

    def on_fcntl(self, c, process):
        fd, command = c.fd(0), c.args[1]
        if c.failed:
            return
        if command.startswith("F_DUPFD"):
            self.duplicated(c, process, command == "F_DUPFD_CLOEXEC")
        elif command == "F_SETFD":
            (process.cloexec.add if "FD_CLOEXEC" in c.args[2] else process.cloexec.discard)(fd)
        elif command == "F_SETFL" and fd in process.fds:
            process.fds[fd].append = "O_APPEND" in c.flags(2)

    def on_ioctl(self, c, process):
        if c.args[1] == "FIOCLEX":
            process.cloexec.add(c.fd(0))
        elif c.args[1] == "FIONCLEX":
            process.cloexec.discard(c.fd(0))

    def on_lseek(self, c, process):
        if not c.failed and c.fd(0) in process.fds:
            process.fds[c.fd(0)].position = c.result

    def on_ftruncate(self, c, process):
        if not c.failed and c.fd(0) in process.fds:
            process.fds[c.fd(0)].inode.size = c.number(1)

    def on_truncate(self, c, process):
        if not c.failed:
            self.inode(self.name(process, c.args[0])).size = c.number(1)

    def renamed(self, old, new):
        self.inodes[new] = self.inode(old)
        del self.inodes[old]

    def on_rename(self, c, process):
        if not c.failed:
            self.renamed(self.name(process, c.args[0]), self.name(process, c.args[1]))

    def on_renameat(self, c, process):
        if not c.failed:
            self.renamed(self.name(process, c.args[1], c.args[0]), self.name(process, c.args[3], c.args[2]))

    def on_renameat2(self, c, process):
        if c.failed or "RENAME_EXCHANGE" not in c.args[4]:
            return self.on_renameat(c, process)
        one, other = self.name(process, c.args[1], c.args[0]), self.name(process, c.args[3], c.args[2])
        self.inodes[one], self.inodes[other] = self.inode(other), self.inode(one)

    def linked(self, process, old, new):
        held = re.match(r"(?:/proc/self|/dev)/fd/(\d+)$", old)
        description = process.fds.get(int(held.group(1))) if held else None
        self.inodes[new] = description.inode if description else self.inode(old)

    def on_link(self, c, process):
        if not c.failed:
            self.linked(process, self.name(process, c.args[0]), self.name(process, c.args[1]))

    def on_linkat(self, c, process):
        if not c.failed:
            self.linked(process, self.name(process, c.args[1], c.args[0]), self.name(process, c.args[3], c.args[2]))

    def on_unlink(self, c, process):
        if not c.failed:
            self.inodes[self.name(process, c.args[0])] = Inode(0)

    def on_unlinkat(self, c, process):
        if not c.failed:
            self.inodes[self.name(process, c.args[1], c.args[0])] = Inode(0)

    def on_chdir(self, c, process):
        if not c.failed:
            process.cwd = self.name(process, c.args[0])

    def on_clone(self, c, process):
        if c.result > 0 and c.result not in self.processes:
            self.begin(c.result, {c.result: c})

    on_clone3 = on_fork = on_vfork = on_clone

    def on_execve(self, c, process):
        if c.failed:
            return
        if process.pid != c.tid:  # exec by a thread: it takes the process over
            self.processes[process.pid] = process
        for fd in process.cloexec:
            process.fds.pop(fd, None)
        process.cloexec = set()

    on_execveat = on_execve


def operations(log, cwd, sizes):
    return Model(cwd, sizes).play(calls(log))
