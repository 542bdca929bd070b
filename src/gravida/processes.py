"""Several processes for work in portions, which end with the command that began them.

Ctrl+C ends the process that the person started; the others do not heed it, and are ended by that one. Nobody waits for
a portion to end, and nothing of them is left when the command leaves: whoever would close their pipes later, while
Python itself is ending, may find them closed already.

>>> with processes(1) as pool:
...     pool.submit(divmod, 7, 2).result()
(3, 1)
"""

import pickle
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


@contextmanager
def processes(workers: int, begin: Callable[..., object] | None = None, *given: Any) -> Iterator[ProcessPoolExecutor]:
    """Yield so many processes, each of which calls ``begin`` with what is given before anything else. Whoever leaves by an error does not wait for them."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "given"
        file.write_bytes(pickle.dumps((begin, given)))  # a pipe would hold up each process until the one before has read all
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(file,)) as pool:
            try:
                yield pool
            except BaseException:
                for child in active_children():
                    child.terminate()
                pool.shutdown(cancel_futures=True)
                raise


def _begin(file: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    begin, given = pickle.loads(file.read_bytes())  # noqa: S301  (this process's parent wrote it)
    if begin is not None:
        begin(*given)
