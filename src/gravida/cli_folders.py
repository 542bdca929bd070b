"""What commands share that write a folder: nothing that somebody wants is lost, and nothing is left half written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from gravida.new_folder import whole_or_nothing
from gravida.terminal import Fault

INTERRUPTED = 130
"""The exit code of a command that Ctrl+C has ended."""


def free_folder(out: Path | None, mark: str, what: str, *, force: bool) -> Path:
    """Return the folder to write, if nothing that somebody wants could be lost. ``mark`` is the file by which ``what`` is known."""
    if out is None:
        raise Fault("name the folder to write with --out DIR")
    article, bare = what.split(" ", 1)
    if out.exists() and not out.is_dir():
        raise Fault(f"{out}: this is a file; name a folder that is not there yet")
    if out.is_dir() and any(out.iterdir()):
        if not (out / mark).is_file():
            raise Fault(f"{out}: this folder is not empty, and holds no {bare}; name another")
        if not force:
            raise Fault(f"{out}: there is {article} {bare} here already; name another folder, or say --force to replace it")
    return out.resolve()


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder to write into that takes its place when all is done; say why in a sentence if nothing is written."""
    try:
        with whole_or_nothing(folder) as beside:
            yield beside
    except ModuleNotFoundError as error:
        raise Fault(f"this needs the package {error.name}: pip install 'gravida[population]'") from None
    except OSError as error:
        raise Fault(f"{folder}: this cannot be written: {error.strerror or error}") from None
    except KeyboardInterrupt:
        click.echo("stopped; nothing was written", err=True)
        raise SystemExit(INTERRUPTED) from None
