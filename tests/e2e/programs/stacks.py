# SPDX-License-Identifier: Apache-2.0
"""Reads one byte at offset n of a file from stack n, for many kinds of stacks,
and prints what traceback says of each: stacks.py FILE SCENARIO..."""
import asyncio
import ctypes
import functools
import json
import os
import re
import sys
import tempfile
import threading
import traceback

fd = os.open(sys.argv[1], os.O_RDONLY) if __name__ == "__main__" else -1
stacks = {}
numbers = iter(range(1, 1 << 30))
lock = threading.Lock()


def told():
    """The caller's stack, from the outermost frame; the innermost is that of touch."""
    frames = traceback.walk_stack(sys._getframe(1))
    return [(f.filename, f.lineno, f.name) for f in reversed(traceback.StackSummary.extract(frames, lookup_lines=False))]


def touch(*_):
    n = next(numbers)
    stacks[n] = told(); os.pread(fd, 1, n)
    return n


def decorated(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(
            *arguments)
    return wrapper


def plain():
    touch()
    for _ in range(3):
        touch()
    if True: touch(); touch()
    touch(
        1,
        [2,
         3],
    )


def initialised():
    """The interpreter calls what it sees often in a shorter way."""
    class Sample:
        def __init__(self, deep):
            self.n = touch()
            if deep: self.inner = Sample(False)

    for _ in range(100):
        Sample(True)


def generators():
    def inner():
        yield touch()
        touch()
        yield

    def outer():
        yield from inner()
        touch()

    list(outer())
    next(touch() for _ in range(2))
    sum([touch() for _ in range(2)] + list({touch() for _ in range(2)}) + list({touch(): touch() for _ in range(2)}))


def coroutines():
    async def many():
        for _ in range(2):
            yield touch()

    async def leaf():
        touch()
        await asyncio.sleep(0)
        return touch()

    async def main():
        await leaf()
        await asyncio.gather(leaf(), leaf())
        return [n async for n in many()]

    asyncio.run(main())


def functions():
    class Thing:
        touch()

        def __init__(self):
            touch()

        @property
        def value(self):
            return touch()

        @staticmethod
        def still():
            touch()

        def __enter__(self):
            touch()

        def __exit__(self, *_):
            touch()

        def __del__(self):
            touch()

    decorated(decorated(lambda: touch()))()
    (lambda: (lambda: touch())())()
    thing = Thing()
    thing.value, thing.still()
    with thing:
        touch()
    del thing


def through_c():
    sorted([3, 1, 2], key=lambda n: touch())
    list(map(touch, range(2)))
    functools.reduce(lambda a, b: touch(), range(3))
    re.sub("a", lambda m: str(touch()), "banana")
    json.dumps(object(), default=lambda o: touch())
    ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda n: touch())(1)
    try:
        raise ValueError(touch())
    except ValueError:
        touch()
    finally:
        touch()


def threads():
    def work(depth):
        with lock:
            touch()
        return depth and work(depth - 1)

    started = [threading.Thread(target=work, args=(5,)) for _ in range(4)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


def executed():
    exec("touch()\n\n\ndef f():\n\n    touch()\nf()", globals())
    eval("touch()")
    namespace = {"touch": touch}
    exec(compile("def é(x):\n  return touch()\n\né(1)\n", "/nowhere/né\udc80.py", "exec"), namespace)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "imported_for_this.py"), "w") as f:
            f.write("import __main__\n\n__main__.touch()\ndef later():\n    __main__.touch()\n")
        sys.path.insert(0, folder)
        import imported_for_this
    imported_for_this.later()


def reused():
    """Code that is made, run and given up, so that other code has its memory."""
    folder = tempfile.TemporaryDirectory()
    path = os.path.join(folder.name, "rewritten.py")
    for i in range(400):
        lines = "\n" * (i % 41)
        exec(compile(f"{lines}touch()\n", "<made>", "exec"), globals())
        exec(compile(f"x = 1\ny = 2\n{lines}touch()\nz = 3\n" + "x = 1\n" * 30, "<made>", "exec"), globals())
        with open(path, "w") as f:
            f.write(f"x = 1{lines}\ntouch()\ny = 2\n")
        with open(path) as f:
            exec(compile(f.read(), path, "exec"), globals())
        namespace = {"touch": touch}
        exec(compile(f"def made{i % 7}(x):\n  x = 1\n{lines}\n  touch()\n  y = 2\n" + "  x = 1\n" * 40, f"/nowhere/{i % 5}.py", "exec"),
             namespace)
        namespace.pop(f"made{i % 7}")(1)


def alike():
    """Stacks that differ from the one before in a frame or two, anywhere: in the line of a caller, in who resumes a
    generator where it always waits, in code that lies where other code lay, and in how many there are."""
    def leaf():
        touch()

    def middle():
        leaf()

    def above(n):
        if n % 2: middle()
        else:
            middle()
        return middle() if n % 3 else leaf()

    def endless():
        while True:
            yield touch()

    def one(generator):
        next(generator)

    def other(generator):
        one(generator)
        next(generator)

    def deep(n):
        return deep(n - 1) if n else above(1)

    generator = endless()
    for i in range(60):
        above(i)
        above(i)
        one(generator), other(generator)
    for i in range(60):
        exec(compile("\n" * (i % 7) + "middle()\n", "<made>", "exec"), {"middle": middle})
    for n in list(range(80, 110)) + list(range(110, 80, -3)) + [245, 255, 260, 3]:
        deep(n)


def reloaded():
    """A module that is edited and loaded again."""
    import importlib
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        sys.dont_write_bytecode = True
        for i in range(300):
            with open(os.path.join(folder, "edited_for_this.py"), "w") as f:
                f.write("import __main__\ndef made(x):\n    x = 1" + "\n" * (i % 41 + 1) + "    __main__.touch()\n    x = 2\n"
                        + "    x = 3\n" * 40 + "\n" * (i % 37) + "__main__.touch()\n")
            import edited_for_this
            importlib.reload(edited_for_this).made(1)


def imported():
    """Modules that come, run and go: other files, the same names and lines."""
    import gc
    import importlib
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        for i in range(100, 400):
            name = f"comes_and_goes_{i}"
            with open(os.path.join(folder, name + ".py"), "w") as f:
                f.write("import __main__\ndef f():\n  " + ("x = 1\n  " if i % 2 else "\n  ") + "__main__.touch()\n")
            importlib.invalidate_caches()
            importlib.import_module(name).f()
            del sys.modules[name]
            gc.collect()


def forked():
    def work(name):
        touch()
        return name

    touch()
    child = os.fork()
    work("both")
    if not child:
        say()
        os._exit(0)
    os.waitpid(child, 0)
    work("parent")


def deep():
    def down(n):
        return down(n - 1) if n else touch()

    sys.setrecursionlimit(20000)
    threading.stack_size(512 << 20)
    thread = threading.Thread(target=down, args=(10000,))
    thread.start()
    thread.join()


def left(n):
    return right(n // 2) if n % 2 else \
        right(n // 2 - 1) if n else touch_only()


def right(n):
    return left(n // 2) if n % 2 else \
        left(n // 2 - 1) if n else touch_only()


def touch_only():
    os.pread(fd, 1, next(numbers))


def many():
    """100,000 different stacks: each number goes down another way."""
    for n in range(100000):
        left(n)


def finalizing():
    """Ends while daemon threads read, write and call."""
    def work():
        while True:
            down(20)

    def down(n):
        return down(n - 1) if n else os.pread(fd, 1, 0)

    for _ in range(8):
        threading.Thread(target=work, daemon=True).start()
    for _ in range(2000):
        os.pread(fd, 1, 1)


def say():
    line = json.dumps({"pid": os.getpid(), "stacks": {n: s[-300:] for n, s in stacks.items()}})
    os.write(1, line.encode() + b"\n")


if __name__ == "__main__":
    for scenario in sys.argv[2:]:
        globals()[scenario]()
    say()
