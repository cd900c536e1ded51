# SPDX-License-Identifier: Apache-2.0
"""Trains on 40 kB files for seconds that are given, and prints what each epoch waited, and took, and was kept from a
processor, in all, and how many other processes made samples.

    train.py FOLDER LOADER SPIN STEP EPOCHS

SPIN is the time that preparing a sample takes (from the second epoch on none, if there are several), STEP that of a
training step. Storage is made slow from outside (slow_read.c)."""
import asyncio
import json
import os
import queue
import random
import sys
import threading
import time

FOLDER, LOADER, SPIN, STEP, EPOCHS = sys.argv[1], sys.argv[2], *map(float, sys.argv[3:5]), int(sys.argv[5])
FILES, BATCH, WORKERS = 64, 4, 2
epoch = 0


def sample(i):
    fd = os.open(f"{FOLDER}/{i:04}", os.O_RDONLY)
    data = os.read(fd, 40000)
    os.close(fd)
    end = time.perf_counter() + (SPIN if epoch == 0 else 0)
    while time.perf_counter() < end:
        pass
    assert len(data) == 40000
    return os.getpid()


def batch(numbers):
    return [sample(i) for i in numbers]


def batches():
    order = random.sample(range(FILES), FILES)
    return [order[i:i + BATCH] for i in range(0, FILES, BATCH)]


def through_a_thread(source):
    passed = queue.Queue(1)

    def pump():
        for item in source:
            passed.put(item)
        passed.put(None)

    threading.Thread(target=pump, daemon=True).start()
    while (item := passed.get()) is not None:
        yield item


def torch_loader(workers, pinned=False):
    """Makes loaders: what is imported for the first one is not waited for."""
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Files(Dataset):
        def __len__(self):
            return FILES

        def __getitem__(self, i):
            return sample(i)

    if pinned:  # the same threads and queues as with a GPU
        torch.cuda.is_available, torch.cuda.current_device = (lambda: True), (lambda: 0)
        torch.cuda.set_device = lambda device: None
        torch.Tensor.pin_memory = lambda tensor, device=None: tensor
    return lambda: DataLoader(Files(), batch_size=BATCH, shuffle=True, num_workers=workers, pin_memory=pinned)


def threaded(make):
    return lambda: through_a_thread(iter(make()))


def answer(asked, done):
    while (numbers := asked.get()) is not None:
        done.put(batch(numbers))


def from_queues():
    import multiprocessing
    asked, done = multiprocessing.Queue(), multiprocessing.Queue(2 * WORKERS)
    workers = [multiprocessing.Process(target=answer, args=(asked, done)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    wanted = batches()
    for item in wanted + [None] * WORKERS:
        asked.put(item)
    for _ in wanted:
        yield done.get()
    for worker in workers:
        worker.join()


def on_demand(pool):
    """A batch is asked for when it is needed: one worker works, and the other one waits."""
    for numbers in batches():
        yield pool.apply(batch, (numbers,))


def in_an_event_loop():
    """The main thread waits at epoll for its threads."""
    loop, wanted, pending = asyncio.new_event_loop(), iter(batches()), []

    async def following():
        while len(pending) < WORKERS and (numbers := next(wanted, None)):
            pending.append(asyncio.ensure_future(asyncio.to_thread(batch, numbers)))
        return await pending.pop(0) if pending else None

    while (item := loop.run_until_complete(following())) is not None:
        yield item
    loop.run_until_complete(loop.shutdown_default_executor())


def serve(end):
    while (numbers := end.recv()) is not None:
        end.send(batch(numbers))


def through_sockets():
    import multiprocessing
    ends = []
    for _ in range(WORKERS):
        ours, theirs = multiprocessing.Pipe()
        multiprocessing.Process(target=serve, args=(theirs,), daemon=True).start()
        ends.append(ours)
    wanted = [*batches(), *[None] * WORKERS]
    for end, numbers in zip(ends, wanted):
        end.send(numbers)
    for i, numbers in enumerate(wanted[WORKERS:]):
        item = ends[i % WORKERS].recv()
        ends[i % WORKERS].send(numbers)
        yield item


def fill(name, made, taken):
    from multiprocessing.shared_memory import SharedMemory
    shared = SharedMemory(name)
    memory = shared.buf.cast("i")
    for i, numbers in enumerate(batches()):
        taken.acquire()
        memory[i % WORKERS] = batch(numbers)[0]
        made.release()
    memory.release()
    shared.close()


def in_shared_memory():
    """What tracks such memory is told of it by a pipe of its own, which is none of the data's."""
    import multiprocessing
    from multiprocessing.shared_memory import SharedMemory
    shared, made, taken = SharedMemory(create=True, size=4 * WORKERS), multiprocessing.Semaphore(0), multiprocessing.Semaphore(WORKERS)
    memory = shared.buf.cast("i")
    maker = multiprocessing.Process(target=fill, args=(shared.name, made, taken))
    maker.start()
    for i in range(FILES // BATCH):
        made.acquire()
        item = [memory[i % WORKERS]]
        taken.release()
        yield item
    maker.join()
    memory.release()
    shared.close()
    shared.unlink()


def pools(kind):
    if kind == "pool":
        import multiprocessing
        pool = multiprocessing.Pool(WORKERS)
        return lambda: pool.imap(batch, batches())
    if kind == "on demand":
        import multiprocessing
        pool = multiprocessing.Pool(WORKERS)
        return lambda: on_demand(pool)
    from concurrent import futures
    pool = (futures.ProcessPoolExecutor if kind == "executor" else futures.ThreadPoolExecutor)(WORKERS)
    return lambda: pool.map(batch, batches())


LOADERS = {
    "alone": lambda: torch_loader(0),
    "workers": lambda: torch_loader(WORKERS),
    "pinned": lambda: torch_loader(WORKERS, True),
    "thread": lambda: threaded(torch_loader(WORKERS)),
    "plain": lambda: lambda: map(batch, batches()),
    "prefetch": lambda: threaded(lambda: map(batch, batches())),
    "queues": lambda: from_queues,
    "event loop": lambda: in_an_event_loop,
    "sockets": lambda: through_sockets,
    "memory": lambda: in_shared_memory,
    "pool": lambda: pools("pool"),
    "executor": lambda: pools("executor"),
    "on demand": lambda: pools("on demand"),
    "threads": lambda: pools("threads"),
}
spent, makers = [], set()


def kept_waiting():
    """Seconds that this thread could have run and had no processor."""
    try:
        with open("/proc/thread-self/schedstat") as f:
            return int(f.read().split()[1]) / 1e9
    except OSError:  # this kernel does not count them
        return 0


def train(load):
    global epoch
    for epoch in range(EPOCHS):
        waited, delayed, begin = 0, kept_waiting(), time.perf_counter()
        at = begin
        for made in load():
            waited += time.perf_counter() - at
            makers.update(map(int, made))
            time.sleep(STEP)
            at = time.perf_counter()
        spent.append([waited, at - begin, kept_waiting() - delayed])


if LOADER == "own thread":  # the main thread waits for its end
    trainer = threading.Thread(target=train, args=(torch_loader(WORKERS),))
    trainer.start()
    trainer.join()
else:
    train(LOADERS[LOADER]())
print(json.dumps({"epochs": spent, "workers": len(makers - {os.getpid()})}))
