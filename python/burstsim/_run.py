"""One run: read, drawn, gone on with."""

from __future__ import annotations

import html
import json
import os
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ._figures import Figures, in_folder
from ._files import Table, Trajectory, read_safetensors, read_table
from ._program import Error, ask, call, execute, flags

T = TypeVar("T")


class Run:
    """A run, as its folder holds it: finished, failed, interrupted or still running.

    What is read is kept until the file on disk is another. Of a run that goes on, or was killed, tables are those of
    some seconds ago, and signals those recorded until now.

    Parameters
    ----------
    folder : str or path
        The folder that the program wrote.

    Attributes
    ----------
    folder : pathlib.Path
        That folder.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._cache: dict[str, tuple[Any, Any]] = {}  # what was read, behind the state of its file

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"

    def _kept(self, name: str, read: Callable[[Path], T]) -> T:
        """What read makes of a file of the folder, again only if the file changed."""
        path = self.folder / name
        stat = path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if name not in self._cache or self._cache[name][0] != stamp:
            self._cache[name] = (stamp, read(path))
        found: T = self._cache[name][1]
        return found

    def _recorded(self, name: str, read: Callable[[Path], T]) -> T:
        """A file that not every run has."""
        try:
            return self._kept(name, read)
        except FileNotFoundError:
            raise Error(f"{self.folder} has no {name}: the run is {self.status}") from None

    @property
    def info(self) -> dict[str, Any]:
        """What ``burstsim show --json`` says: status, variants, keys that differ from the defaults, signals, files."""
        found: dict[str, Any] = ask("show", self.folder)
        return found

    @property
    def status(self) -> str:
        """``finished``, ``failed``, ``running``, ``interrupted`` or ``unfinished``."""
        return str(self.info["status"])

    @property
    def config(self) -> dict[str, Any]:
        """The experiment with every default filled in: a dict of the sections of ``config.toml``."""
        return self._recorded("config.toml", _toml)

    @property
    def seed(self) -> int:
        """The seed of the run, ``run.seed``."""
        return int(self.config["run"]["seed"])

    @property
    def summary(self) -> dict[str, Any]:
        """``summary.json``: losses, angles, errors, speed, versions, and why it failed. None is no number."""
        return self._recorded("summary.json", _json)

    @property
    def metrics(self) -> Table:
        """``metrics.csv``: ``time`` in seconds, and ``LABEL.quantity`` of each variant."""
        return self._recorded("metrics.csv", read_table)

    @property
    def epochs(self) -> Table:
        """``epochs.csv``, of training on images and samples: a row an epoch."""
        return self._recorded("epochs.csv", read_table)

    @property
    def log(self) -> Table:
        """``log.csv``, of training on images and samples: a row each ``record.log_every`` batches."""
        return self._recorded("log.csv", read_table)

    @property
    def spikes(self) -> Table:
        """``spikes.csv``, of populations that spike: variant, time (s), population, neuron and kind of each spike."""
        return self._recorded("spikes.csv", read_table)

    @property
    def training(self) -> dict[str, NDArray[Any]]:
        """``training.npz``: histograms, confusion matrix and filters."""
        return self._recorded("training.npz", _arrays)

    @property
    def trajectory(self) -> Trajectory:
        """The recorded signals, each samples x units."""
        if (self.folder / "trajectory.npz").exists() and (self.folder / "summary.json").exists():
            return self._kept("trajectory.npz", lambda p: Trajectory(p, self._described()))
        described = self._described()
        if not described:
            raise Error(f"{self.folder} has no recorded signals: the run is {self.status}")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "run.npz"
            call("export", self.folder, "--to", "npz", "--out", path)
            return _snapshot(path, described)

    def _described(self) -> list[dict[str, Any]]:
        return self.info.get("signals") or []

    @property
    def weights(self) -> dict[str, dict[str, NDArray[Any]]]:
        """What each variant has learned: arrays by name, ``W1``, ``c1``, ..., by the variant's label."""
        return self._weights(".safetensors", read_safetensors)

    @property
    def snapshots(self) -> dict[str, dict[str, NDArray[Any]]]:
        """The weights of each variant at the times of ``record.weights``: ``time`` (s) or ``epoch``, and arrays with
        a time each in front, by the variant's label."""
        return self._weights(".npz", _arrays)

    def _weights(self, suffix: str, read: Callable[[Path], T]) -> dict[str, T]:
        folder = self.folder / "weights"
        files = sorted(folder.glob("*" + suffix)) if folder.is_dir() else []
        if not files:
            raise Error(f"{self.folder} has no weights/*{suffix}: the run is {self.status}")
        return {f.name.removesuffix(suffix): self._kept(f"weights/{f.name}", read) for f in files}

    @property
    def figures(self) -> Figures:
        """The figures of the run, which a notebook shows."""
        return in_folder(self.folder / "figures")

    def plot(self, *figures: str, **options: Any) -> Figures:
        """Draw figures from what was recorded, without running again.

        Parameters
        ----------
        *figures : str
            Their names, such as ``dynamics``; by default those of the experiment.
        **options
            Flags of ``burstsim plot``: ``window="1s:2s"``, ``unit=[0, 3]``, ``format="png"``, ``out="folder"``.

        Returns
        -------
        Figures
            In ``out``, or a new folder of the run.
        """
        out = call("plot", self.folder, *(f"--figure={f}" for f in figures), *flags(options))
        return Figures(Path(line) for line in out.splitlines())

    def report(self) -> Path:
        """Write ``report.html``, one page with all there is to say of the run."""
        return Path(call("report", self.folder).strip())

    def resume(self, *, progress: bool | None = None, **options: Any) -> Run:
        """Go on with a run that was interrupted or killed, to the same bytes as one that was never broken off.

        Parameters
        ----------
        progress : bool, optional
            False shows nothing, True lines of text where there is neither notebook nor terminal.
        **options
            Flags of ``burstsim resume``: ``force=True``, ``blas="gonum"``.

        Returns
        -------
        Run
            This one. A finished run is left as it is, with a warning.
        """
        execute(["resume", str(self.folder), *flags(options)], progress)
        return self

    def _repr_html_(self) -> str:
        about = self.info
        rows = "".join(
            f"<tr><td>{html.escape(v['name'])}</td>"
            + "".join(f"<td>{_shown(v.get(k))}</td>" for k in ("loss_initial", "loss_final", "test_error"))
            + "</tr>"
            for v in about.get("variants", [])
        )
        head = "<tr><th>variant</th><th>loss before</th><th>loss after</th><th>test error</th></tr>" if rows else ""
        reason = f": {html.escape(about['reason'])}" if about.get("reason") else ""
        where = html.escape(str(self.folder))
        return f"<p><code>{where}</code> {about['status']}{reason}</p><table>{head}{rows}</table>"


def _shown(x: float | None) -> str:
    return "" if x is None else f"{x:.4g}"


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def _snapshot(path: Path, described: list[dict[str, Any]]) -> Trajectory:
    """The signals of an export under the names that they have in trajectory.npz."""
    found = Trajectory(path, described)
    first = True
    named = {}
    for v in described:
        prefix, own = f"{v['variant']}/trajectory/", "" if first else f"{v['variant']}/"
        named.update({own + n.removeprefix(prefix): found[n] for n in found if n.startswith(prefix)})
        first = False
    found._names, found._cache = list(named), named
    return found
