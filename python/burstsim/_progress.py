"""Shows how far the program is, in a notebook or a terminal."""

from __future__ import annotations

import html
import shutil
import sys
from typing import Any


class Progress:
    """A bar in a notebook, a line in a terminal, and nothing elsewhere.

    Parameters
    ----------
    wanted : bool or None
        False: nothing; True: lines of text also where there is no terminal; None: as it is.
    """

    def __init__(self, wanted: bool | None) -> None:
        self._notebook: Any = None
        self._handle: Any = None
        self._terminal = False
        self._text = wanted is True
        if wanted is False:
            return
        if _in_notebook():
            from IPython import display

            self._notebook = display
            self._text = False
        elif sys.stderr is not None and sys.stderr.isatty():
            self._terminal = True

    def show(self, done: float, said: list[str]) -> None:
        line = f"{100 * done:3.0f} %  " + "  ".join(said)
        if self._notebook is not None:
            bar = self._notebook.HTML(f'<progress value="{done:.4f}" max="1"></progress> <code>{html.escape(line)}</code>')
            if self._handle is None:
                self._handle = self._notebook.display(bar, display_id=True)
            else:
                self._handle.update(bar)
        elif self._terminal:
            width = shutil.get_terminal_size().columns - 1
            print("\r" + line[:width].ljust(width), end="", file=sys.stderr, flush=True)
        elif self._text:
            print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._handle is not None:
            self._handle.update(self._notebook.HTML(""))
        elif self._terminal:
            width = shutil.get_terminal_size().columns - 1
            print("\r" + " " * width + "\r", end="", file=sys.stderr, flush=True)


def _in_notebook() -> bool:
    """Whether there is a front end that shows HTML: IPython with a kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")
