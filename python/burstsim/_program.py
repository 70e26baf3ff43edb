"""Finds the program, and calls it."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from ._progress import Progress
from ._toml import literal

_OURS = "burstsim: "  # before what the program says that is not about a line of a file
_WARNING = _OURS + "warning: "
_WINDOWS = sys.platform == "win32"


class Error(RuntimeError):
    """What the program said when it could not do what it was asked.

    Attributes
    ----------
    message : str
        Its own words; of an experiment file with file, line and key.
    status : int
        Its exit status: 1, a run or a file failed; 2, the experiment file or an argument is wrong;
        128 and the signal's number after a signal.
    folders : tuple of pathlib.Path
        Folders that were written all the same, such as those of other seeds.
    """

    def __init__(self, message: str, status: int = 1, folders: Iterable[Path] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.folders = tuple(folders)


def program() -> str:
    """The path of the program.

    It is that of the environment variable ``BURSTSIM``, or else the one in this package's wheel, the one
    on the path, or, in a clone of the repository, what ``go build`` makes of it.

    Raises
    ------
    Error
        If there is none; the message says where it was looked for.
    """
    chosen = os.environ.get("BURSTSIM")
    if chosen:
        found = shutil.which(chosen)
        if found is None:
            raise Error(f"BURSTSIM is {chosen!r}, which is not a program")
        return found
    name = "burstsim.exe" if _WINDOWS else "burstsim"
    bundled = Path(__file__).parent / "bin" / name
    if bundled.is_file():
        return str(bundled)
    found = shutil.which("burstsim")
    if found is not None:
        return found
    checkout = _checkout()
    if checkout is not None:
        return _build(checkout, checkout / name)
    raise Error(
        "the program burstsim was not found: not in the variable BURSTSIM, this package, the path, or a clone "
        "of its repository with go; the README of burstsim says how to install it"
    )


def _checkout() -> Path | None:
    """The clone of the repository that the package, or the current folder, is in."""
    for start in (Path(__file__).resolve().parent, Path.cwd()):
        for folder in (start, *start.parents):
            try:
                if (folder / "go.mod").read_text().startswith("module burstsim\n"):
                    return folder
            except OSError:
                continue
    return None


_built: set[Path] = set()  # by this process


def _build(checkout: Path, target: Path) -> str:
    if target not in _built:
        if shutil.which("go") is None:
            raise Error(f"{checkout} is burstsim's repository, but go, which builds the program, is not on the path")
        done = subprocess.run(
            ["go", "build", "-o", str(target), "./cmd/burstsim"], cwd=checkout, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise Error(f"go could not build burstsim: {done.stderr.strip()}")
        _built.add(target)
    return str(target)


def flags(options: Mapping[str, Any]) -> list[str]:
    """Keyword arguments as the program's flags: ``array_limit=4`` is ``--array-limit=4``, a list is a flag each."""
    out: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            out.append(flag)
        elif isinstance(value, (list, tuple)):
            out += [f"{flag}={v}" for v in value]
        else:
            out.append(f"{flag}={value}")
    return out


def settings(keys: Mapping[str, Any] | None) -> list[str]:
    """Keys and values as ``--set``."""
    return [f"--set={key}={literal(value)}" for key, value in (keys or {}).items()]


def call(*args: str | os.PathLike[str]) -> str:
    """Call the program, and return what it prints.

    Parameters
    ----------
    *args : str or path
        Its arguments.

    Raises
    ------
    Error
        If its exit status is not 0.

    Examples
    --------
    >>> print(burstsim.call("model", "show", "edn"))    # doctest: +SKIP
    """
    done = subprocess.run([program(), *(os.fspath(a) for a in args)], capture_output=True, text=True, encoding="utf-8")
    _say(done.returncode, done.stderr.splitlines(), [])
    return done.stdout


def ask(*args: str | os.PathLike[str]) -> Any:
    """What the program answers with ``--json``."""
    return json.loads(call(*args, "--json"))


def execute(args: list[str], progress: bool | None) -> list[Path]:
    """Call the program, show how far it is, and return the folders that it wrote.

    A KeyboardInterrupt is passed on to it; it saves a checkpoint and writes what it has.
    """
    display = Progress(progress)
    lines: queue.Queue[str | None] = queue.Queue()
    complaints: list[str] = []
    folders: list[Path] = []
    interrupted = False
    # A group of its own: a terminal or notebook would interrupt it too, and a second interrupt ends it at once.
    own: dict[str, Any] = (
        {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)} if _WINDOWS else {"process_group": 0}
    )
    with subprocess.Popen(
        [program(), *args, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", **own
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        readers = [
            threading.Thread(target=_pass_on, args=(process.stdout, lines.put), daemon=True),
            threading.Thread(target=_collect, args=(process.stderr, complaints), daemon=True),
        ]
        for reader in readers:
            reader.start()
        try:
            while True:
                try:
                    line = lines.get(timeout=0.5)  # on Windows, a wait without an end cannot be interrupted
                except queue.Empty:
                    continue
                except KeyboardInterrupt:
                    interrupted = True
                    _interrupt(process)
                    continue
                if line is None:
                    break
                event = json.loads(line)
                if "folder" in event:
                    folders.append(Path(event["folder"]))
                elif not interrupted:
                    display.show(event["progress"], event.get("said") or [])
        except BaseException:
            _interrupt(process)
            raise
        finally:
            display.close()
            for reader in readers:
                reader.join()
    if interrupted:
        raise KeyboardInterrupt("\n".join(line.removeprefix(_OURS) for line in complaints))
    _say(process.returncode, complaints, folders)
    return folders


def _pass_on(stream: IO[str], put: Any) -> None:
    for line in stream:
        put(line)
    put(None)


def _collect(stream: IO[str], lines: list[str]) -> None:
    lines += [line.rstrip("\n") for line in stream]


def _interrupt(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT) if _WINDOWS else signal.SIGINT)


def _say(status: int, lines: list[str], folders: list[Path]) -> None:
    """Warn of what the program warned of, and raise what it failed with."""
    for line in lines:
        if line.startswith(_WARNING):
            warnings.warn(line.removeprefix(_WARNING), stacklevel=4)
    if status != 0:
        message = "\n".join(line.removeprefix(_OURS) for line in lines if not line.startswith(_WARNING))
        raise Error(message or f"burstsim ended with exit status {status}", status, folders)
