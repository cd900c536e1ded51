# SPDX-License-Identifier: Apache-2.0
"""The traced program behaves as without the tracer."""
import hashlib
import os
import shutil
import signal
import subprocess
import sys

import pytest

import aiotrace

PROGRAMS = {
    "output_and_status": "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)",
    "an_exception": "def f(): raise KeyError('x')\nf()",
    "immediate_exit": "import os; os.write(1, b'now'); os._exit(5)",
    "abort": "import os; os.abort()",
    "sigterm": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "sigkill": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "keyboard_interrupt": "import os, signal; os.kill(os.getpid(), signal.SIGINT)",
    "segmentation_fault": "import ctypes, resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); ctypes.string_at(0)",
    "same_descriptors": """
import os, threading
fds = [os.open('/dev/null', os.O_RDONLY) for _ in range(5)]
print(fds, sorted(os.listdir('/proc/self/fd'), key=int), len(os.listdir('/proc/self/task')))
os.close(fds[2]); print(os.dup(fds[0]), os.pipe())
""",
    "descriptors_run_out": """
import os, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32)); n = 0
try:
    while True: os.open('/dev/null', os.O_RDONLY); n += 1
except OSError as e: print(n, e)
""",
    "errors_of_every_kind": """
import os
for call, args in ((os.open, ('/nonexistent', 0)), (os.read, (99, 1)), (os.write, (99, b'')), (os.close, (99,)),
                   (os.mkdir, ('/proc/x',)), (os.rename, ('/nonexistent', 'y')), (os.lseek, (0, -1, 9)),
                   (os.listdir, ('/nonexistent',)), (os.stat, ('/dev/null/x',)), (os.dup2, (99, 5)),
                   (os.fsync, (99,)), (os.open, ('/', os.O_WRONLY)), (os.unlink, ('/',)), (os.execv, ('/nonexistent', ['x']))):
    try: print(call(*args))
    except OSError as e: print(call.__name__, e)
""",
    "the_environment_for_children": """
import os, subprocess
print(subprocess.run(['sh', '-c', 'echo $FOO; pwd'], env={**os.environ, 'FOO': 'bar'}, cwd='/', capture_output=True, text=True))
print(subprocess.run(['sh', '-c', 'echo plain'], env={}, capture_output=True, text=True))
""",
    "subprocess_pipes_and_close_fds": """
import subprocess
p = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=True)
print(len(p.communicate(b'x' * 200000)[0]), p.returncode)
print(subprocess.check_output('seq 1000 | sort -rn | head -2', shell=True))
print(subprocess.run(['false']).returncode, subprocess.run(['sh', '-c', 'kill -9 $$']).returncode)
""",
    "pool_results": """
import multiprocessing
def square(x): return x * x
if __name__ == '__main__':
    for method in ('fork', 'spawn', 'forkserver'):
        with multiprocessing.get_context(method).Pool(2) as pool: print(method, pool.map(square, range(10)))
""",
    "signals_during_io": """
import os, signal
hits = 0
def tick(*_):
    global hits; hits += 1; os.write(w, b't')
r, w = os.pipe(); signal.signal(signal.SIGALRM, tick); signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
fd = os.open('/dev/zero', os.O_RDONLY); n = 0
while hits < 50: n += len(os.read(fd, 100000))
signal.setitimer(signal.ITIMER_REAL, 0); print(n > 0, len(os.read(r, 10000)) >= 50)
""",
    "all_descriptors_closed": """
import os
os.closerange(3, 5000); fd = os.open('made-here', os.O_CREAT | os.O_RDWR); print(fd, os.write(fd, b'x'))
os.closerange(0, 100); os._exit(9)
""",
    "warnings_as_errors": """
import warnings; warnings.simplefilter('error')
import os, threading
pid = os.fork()
if pid == 0: os._exit(4)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), threading.active_count())
""",
    "standard_input": "import sys; print(sys.stdin.read().upper())",
    "threads_and_forks_at_once": """
import os, threading, warnings
warnings.simplefilter('ignore')  # of fork among threads, which names the pid
def io():
    for i in range(300):
        with open('/dev/null', 'wb') as f: f.write(b'x' * i)
threads = [threading.Thread(target=io) for _ in range(4)]; [t.start() for t in threads]
codes = []
for i in range(20):
    pid = os.fork()
    if pid == 0: os.close(os.open('/dev/null', 0)); os._exit(i)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
[t.join() for t in threads]; print(codes)
""",
    "unshare_of_the_user_namespace": """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True); print(libc.unshare(0x10000000), ctypes.get_errno())
""",
}


def both(command, tmp_path, **options):
    runs = []
    for traces in (None, tmp_path / "traces"):
        work = tmp_path / "work"
        subprocess.run(["rm", "-rf", work], check=True)
        work.mkdir()
        env = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
        env = aiotrace.traced(traces, env) if traces else aiotrace.clean(env)
        runs.append(aiotrace.run(command, env=env, cwd=work, **options))
    return runs


def same(plain, traced):
    assert (traced.returncode, traced.stdout, traced.stderr) == (plain.returncode, plain.stdout, plain.stderr)


@pytest.mark.parametrize("name", PROGRAMS)
def test_same_output_and_status(name, tmp_path):
    script = tmp_path / "program.py"
    script.write_text(PROGRAMS[name])
    plain, traced = both([sys.executable, script], tmp_path, input="text\n", stdin=None)
    same(plain, traced)
    assert aiotrace.dump(tmp_path / "traces")


def files_of(folder):
    return {os.path.relpath(os.path.join(d, n), folder): hashlib.sha256(open(os.path.join(d, n), "rb").read()).hexdigest()
            for d, _, names in os.walk(folder) for n in names}


def test_training_gives_the_same_weights_bit_by_bit(tmp_path):
    """The demo: images, tokens, checkpoints, predictions."""
    outcomes = []
    for traces in (None, tmp_path / "traces"):
        work = tmp_path / "work"
        subprocess.run(["rm", "-rf", work], check=True)
        env = aiotrace.traced(traces) if traces else aiotrace.clean()
        done = aiotrace.run([sys.executable, os.path.join(aiotrace.TOP, "samples/demo.py"), work], env=env)
        assert done.returncode == 0, done.stderr
        outcomes.append((done.stdout, done.stderr, files_of(work)))
    assert outcomes[0] == outcomes[1]
    assert any(name.endswith(".pt") for name in outcomes[0][2])


@pytest.mark.parametrize("command", [["sh", "-c", "echo $((6*7)); exit 4"], ["ls", "/"], ["cat", "/etc/passwd"],
                                     ["tar", "-cf", "-", "-C", "/usr/share", "perl5"], ["dd", "if=/dev/zero", "bs=1k", "count=9", "status=none"],
                                     ["grep", "-r", "root", "/etc/passwd"], ["find", "/etc", "-maxdepth", "1", "-name", "p*"],
                                     ["git", "--version"], ["perl", "-e", "print 1+1; exit 2"]],
                         ids=lambda c: c[0])
def test_system_programs_are_not_disturbed(command, tmp_path):
    if not any(os.access(os.path.join(d, command[0]), os.X_OK) for d in os.environ["PATH"].split(":")):
        pytest.skip(f"no {command[0]} here")
    plain, traced = both(command, tmp_path, text=False)
    same(plain, traced)


def test_no_descriptor_of_ours_is_open_and_no_thread_runs(tmp_path):
    """Also while buffers are flushed: seen by the program after 50,000 calls."""
    script = """
import os
fd = os.open('/dev/zero', os.O_RDONLY)
for _ in range(50000): os.read(fd, 1)
print(sorted(os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}')))
print(len(os.listdir('/proc/self/task')))
"""
    plain, traced = both(aiotrace.python(script), tmp_path)
    assert "traces" not in traced.stdout and traced.stdout.splitlines()[-1] == plain.stdout.splitlines()[-1] == "1"


def test_ctrl_c_ends_the_traced_program_as_ever(tmp_path):
    # A signal just before a sleep does not end that sleep: many short ones.
    script = """
import sys, time
try:
    print('ready', flush=True)
    while True: time.sleep(.01)
except KeyboardInterrupt:
    sys.exit(7)"""
    # Whoever runs the tests in the background has the signal ignored, and so has the child.
    child = subprocess.Popen(aiotrace.python(script), env=aiotrace.traced(tmp_path / "traces"), stdout=subprocess.PIPE,
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    assert child.stdout.readline() == b"ready\n"
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=30) == 7
    child.stdout.close()


def test_fio_verifies_what_it_wrote(tmp_path):
    """Own threads, own allocator, data checked by checksums."""
    job = ["fio", "--name=x", f"--directory={tmp_path}", "--size=4m", "--rw=randrw", "--verify=crc32c", "--thread",
           "--numjobs=2", "--verify_state_save=0", "--ioengine=psync", "--output-format=terse", "--end_fsync=1"]
    aiotrace.run([*job, "--create_only=1"])
    done = aiotrace.run_traced(job, tmp_path / "traces")
    assert done.returncode == 0, done.stdout + done.stderr
    ops = [op for op in aiotrace.operations(aiotrace.dump(tmp_path / "traces")) if "x.0.0" in op.path or "x.1.0" in op.path]
    written = sum(op.result for op in ops if op.kind == "write")
    read = sum(op.result for op in ops if op.kind == "read")
    fields = [line.split(";") for line in done.stdout.splitlines() if line.startswith("3;")]
    assert written == sum(int(f[46]) for f in fields) * 1024
    assert read == sum(int(f[5]) for f in fields) * 1024


@pytest.mark.skipif(not shutil.which("valgrind"), reason="no valgrind here")
def test_valgrind_has_nothing_to_say(tmp_path):
    data = tmp_path / "data"
    data.write_bytes(os.urandom(1 << 20))
    plain, traced = both(["valgrind", "-q", "--error-exitcode=9", "dd", f"if={data}", "of=/dev/null", "bs=4k", "status=none"], tmp_path)
    same(plain, traced)
    assert traced.returncode == 0
    assert sum(op.result for op in aiotrace.operations(aiotrace.dump(tmp_path / "traces")) if op.path == str(data.resolve())) == 1 << 20


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="where a thread's storage says where it is")
@pytest.mark.parametrize("off", ["", "1"], ids=["traced", "off"])
def test_a_child_with_a_thread_s_storage_of_its_own_does_not_end(off, program, tmp_path):
    (tmp_path / "data").write_bytes(b"x")
    plain = aiotrace.run([program("clone_storage")], cwd=tmp_path)
    done = aiotrace.run_traced([program("clone_storage")], tmp_path / "t", {"AIOTRACE_OFF": off}, cwd=tmp_path)
    same(plain, done)
    assert (plain.returncode, plain.stdout) == (5, "1 77 768 /\n")


def mappings_of(path, traces):
    return [(e.call, e.offset) for e in aiotrace.dump(traces) if e.path == str(path.resolve()) and "map" in e.call]


@pytest.mark.parametrize("order", ["before", "behind"])
def test_a_library_that_hooks_memory_calls_and_makes_them_by_number(order, program, tmp_path):
    """Whichever comes first, the call is made once, and recorded once."""
    data = tmp_path / "data"
    data.write_bytes(b"x" * 16384)
    hooks = program("memory_hooks", "-DHOOKS_LIBRARY", "-shared", "-fPIC", name_as="memory_hooks.so")
    script = "import mmap, sys\nwith open(sys.argv[1], 'rb') as f:\n" \
             "    for i in range(3): mmap.mmap(f.fileno(), 4096, prot=mmap.PROT_READ, offset=4096 * i).close()"
    plain = aiotrace.run(aiotrace.python(script, data), env=aiotrace.clean({"LD_PRELOAD": str(hooks)}))
    both = [str(hooks), aiotrace.LIBRARY][:: 1 if order == "before" else -1]
    done = aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "traces", {"LD_PRELOAD": " ".join(both)})
    assert (done.returncode, done.stderr) == (0, plain.stderr) and int(plain.stderr.split()[0]) >= 3
    maps = [offset for call, offset in mappings_of(data, tmp_path / "traces") if call != "munmap"]
    assert maps == [0, 4096, 8192]


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the program writes x86-64 instructions")
def test_a_program_that_writes_jumps_over_memory_calls(program, tmp_path):
    data = tmp_path / "data"
    data.write_bytes(b"x" * 16384)
    plain = aiotrace.run([program("memory_hooks"), data])
    done = aiotrace.run_traced([program("memory_hooks"), data], tmp_path / "traces")
    assert (done.returncode, done.stdout) == (0, plain.stdout) and plain.stdout == "3 3\n"
    maps = [offset for call, offset in mappings_of(data, tmp_path / "traces") if call != "munmap"]
    assert maps == [0, 4096, 8192]
