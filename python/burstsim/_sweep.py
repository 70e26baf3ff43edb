"""Sweeps: one experiment at many points."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ._figures import Figures, in_folder
from ._files import Table, read_table
from ._program import ask, call, execute, flags, settings
from ._run import Run
from ._toml import literal

_SEEDS = ("seeds", "task_seeds", "weight_seeds")


class Sweep:
    """A sweep, as its folder holds it, complete or not.

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

    def __repr__(self) -> str:
        return f"Sweep({str(self.folder)!r})"

    @property
    def status(self) -> dict[str, Any]:
        """What ``burstsim sweep status --json`` says: how many runs there are, are done and failed, and why."""
        found: dict[str, Any] = ask("sweep", "status", self.folder)
        return found

    @property
    def runs(self) -> Table:
        """``runs.csv``: a row a run and variant, with its ID, its values and what it came to."""
        return self._table("runs")

    @property
    def summary(self) -> Table:
        """``summary.csv``: mean and standard deviation over the runs that differ in their seeds only."""
        return self._table("summary")

    @property
    def curves(self) -> Table:
        """``curves.csv``: mean and standard deviation of each recorded quantity over time."""
        return self._table("curves")

    @property
    def ranking(self) -> Table:
        """``ranking.csv``: the points and variants from the least mean of each result on."""
        return self._table("ranking")

    @property
    def comparisons(self) -> Table:
        """``comparisons.csv``: paired differences of variants over seeds."""
        return self._table("comparisons")

    @property
    def correlations(self) -> Table:
        """``correlations.csv``: rank correlations of results with parameters that are numbers."""
        return self._table("correlations")

    def _table(self, name: str) -> Table:
        if not (self.folder / "runs.csv").exists():  # it was broken off before there were any
            self.aggregate()
        return read_table(self.folder / f"{name}.csv")

    @property
    def figures(self) -> Figures:
        """The figures of the sweep, which a notebook shows."""
        return in_folder(self.folder / "figures")

    def aggregate(self) -> Sweep:
        """Write tables and figures of what there is until now."""
        call("sweep", "aggregate", self.folder)
        return self

    def run(self, which: str | int, *, out: str | os.PathLike[str] | None = None, progress: bool | None = None) -> Run:
        """Run one point again into a run folder of its own, with signals and weights.

        Parameters
        ----------
        which : str or int
            Its ID in ``runs``, or its number.
        out : str or path, optional
            The run folder, new or empty.
        progress : bool, optional
            As for :func:`burstsim.run`.
        """
        where = [] if out is None else [f"--out={os.fspath(out)}"]
        return Run(execute(["sweep", "run", str(self.folder), str(which), *where], progress)[-1])

    def report(self) -> Path:
        """Write ``report.html``, one page with figures and tables."""
        return Path(call("sweep", "report", self.folder).strip())


def sweep(
    experiment: str | os.PathLike[str],
    set: Mapping[str, Any] | None = None,
    *,
    vary: Mapping[str, Any] | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    **options: Any,
) -> Sweep:
    """Run an experiment at many points. The same call goes on with a sweep that was broken off, or extends it.

    Parameters
    ----------
    experiment : str or path
        The experiment file; its ``[sweep]`` says what varies, unless ``vary`` does.
    set : mapping, optional
        Keys to change at all points.
    vary : mapping, optional
        Keys with their values: a list, or a text as of ``--sweep``, such as ``"0.5:4:8"``; ``seeds`` may be a range.
    out : str or path, optional
        The folder; by default ``sweeps/NAME``.
    progress : bool, optional
        As for :func:`burstsim.run`.
    **options
        Flags of ``burstsim sweep``: ``engine="slurm"``, ``time="4:00:00"``.

    Returns
    -------
    Sweep
        With ``engine="slurm"`` as soon as its jobs are submitted, unless ``wait=True``.

    Raises
    ------
    Error
        With the program's own message, also if a run failed; tables of the others are there then.

    Examples
    --------
    >>> s = burstsim.sweep("my.toml", vary={"model.beta": [0.5, 1, 2], "seeds": range(1, 6)})    # doctest: +SKIP
    >>> s.summary[["model.beta", "loss_final_mean", "loss_final_sd"]]                            # doctest: +SKIP
    """
    args = ["sweep", os.fspath(experiment), *settings(set), *flags(options)]
    args += [f"--sweep={key}={_values(key, values)}" for key, values in (vary or {}).items()]
    if out is not None:
        args.append(f"--out={os.fspath(out)}")
    if options.get("engine") == "slurm":  # which has no progress to show
        return Sweep(call(*args, "--quiet").splitlines()[-1])
    return Sweep(execute(args, progress)[-1])


def _values(key: str, values: Any) -> str:
    if isinstance(values, str):
        return values
    if key in _SEEDS and isinstance(values, Iterable):
        return ",".join(str(int(s)) for s in values)
    return literal(values)


def load_sweep(folder: str | os.PathLike[str]) -> Sweep:
    """Open the folder of a sweep, complete or not.

    Parameters
    ----------
    folder : str or path
        What ``burstsim sweep`` printed.

    Raises
    ------
    Error
        If it is not the folder of a sweep.
    """
    found = Sweep(folder)
    found.status  # which says what is wrong
    return found
