"""Work that is shared by processes, which are forked from this one and so know all that it knows.

What workers find comes back through pipes. It refers to documents and sources that both processes have: these are sent as
numbers.
"""

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from istiolint.documents import Document
    from istiolint.engine.exchange import Known


Result = TypeVar("Result")

BLOCK = 64
"""Tasks that a process takes together: those of one folder, which need the same parts of indexes, are next to each other."""
_MOST_BLOCKS = 1536
"""More might not fit into a pipe."""
_MOST_SHARING = 48
"""For so many processes blocks are made small; more take fewer blocks each."""
ENOUGH = 500
"""From how many tasks on a fork saves more than it costs."""


class WorkerError(Exception):
    """A worker that ended without a result."""


def can_fork() -> bool:
    """Whether processes can be forked safely: not on Windows, nor on macOS, whose system libraries do not survive it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def cores() -> int:
    """Return the number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def results(
    count: int,
    jobs: int,
    work: Callable[[int], Result],
    first: Iterable[int],
    documents: "Collection[Document]",
    *,
    block: int | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Result]:
    """Return `work(number)` for the numbers below `count`, in order, computed by `jobs` processes that take `block` at a time.

    The numbers in `first` are done before the fork, so that all workers share what these make known. `documents` are those that
    results may refer to. This process does `meanwhile` while workers have started. Raises WorkerError if a worker ends without
    its results.
    """
    found = {number: work(number) for number in first}
    left = [number for number in range(count) if number not in found]
    blocks = list(blocks_of(left, block or BLOCK, jobs))
    from istiolint.engine.exchange import Known

    known = Known(documents)
    with _Queue(range(jobs, len(blocks))) as queue:
        shares = [_share(blocks, number, queue) for number in range(min(jobs, len(blocks)))]
        workers = [_Worker(share, work, known) for share in shares[1:]]
        try:
            meanwhile()
            found.update((number, work(number)) for share in shares[:1] for number in share)
        finally:
            finished = [worker.finish() for worker in workers]
    for results_of_worker in finished:
        if results_of_worker is None:
            raise WorkerError("a worker process ended without a result")
        found.update(results_of_worker)
    return [found[number] for number in range(count)]


def blocks_of(tasks: Sequence[int], size: int, jobs: int) -> Iterator[Sequence[int]]:
    """Yield tasks in blocks, in order: the last ones are smaller, so that `jobs` processes finish at about the same time."""
    jobs = min(jobs, _MOST_SHARING)
    size = max(size, -(-2 * len(tasks) // _MOST_BLOCKS))
    at = 0
    while at < len(tasks):
        left = len(tasks) - at
        length = min(size, max(-(-size // 8), left // (2 * jobs)))
        yield tasks[at : at + length]
        at += length


class _Queue:
    """Numbers, each of which one process takes: the first that finishes takes the next one, as costs differ."""

    def __init__(self, numbers: Iterable[int]):
        from array import array

        self._output, file = os.pipe()
        with os.fdopen(file, "wb") as pipe:
            pipe.write(array("H", numbers).tobytes())

    def __iter__(self) -> Iterator[int]:
        while number := os.read(self._output, 2):
            yield int.from_bytes(number, sys.byteorder)

    def __enter__(self) -> "_Queue":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._output)


def _share(blocks: Sequence[Sequence[int]], first: int, others: Iterable[int]) -> Iterator[int]:
    """Yield the tasks of a process: those of its first block, and of those that it takes from the queue."""
    yield from blocks[first]
    for number in others:
        yield from blocks[number]


class _Worker(Generic[Result]):
    """A forked process, and the pipe from which its results are read."""

    def __init__(self, share: Iterable[int], work: Callable[[int], Result], known: "Known"):
        self._known = known
        self._pipe, output = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            status = 1
            try:
                os.close(self._pipe)
                with os.fdopen(output, "wb") as file:
                    file.write(known.dumps({number: work(number) for number in share}))
                status = 0
            finally:
                os._exit(status)  # without a traceback, and without what the parent has not printed yet
        os.close(output)

    def finish(self) -> dict[int, Result] | None:
        """Wait for the worker; its results, None if it failed."""
        with os.fdopen(self._pipe, "rb") as file:
            data = file.read()
        _, status = os.waitpid(self._process, 0)
        if status or not data:
            return None
        found: dict[int, Result] = self._known.loads(data)
        return found
