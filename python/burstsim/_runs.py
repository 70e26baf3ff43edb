"""Runs: started, loaded, taken together over seeds."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from ._files import Table, pandas, table
from ._program import execute, flags, settings
from ._run import Run


class Runs(Sequence[Run]):
    """Runs that differ in their seed, in the order of the seeds.

    Examples
    --------
    >>> runs = burstsim.run("regression.toml", seeds=range(5))    # doctest: +SKIP
    >>> time, loss = runs.stack("continuous.loss")                # doctest: +SKIP
    >>> plt.plot(time, loss.mean(axis=0))                         # doctest: +SKIP
    """

    def __init__(self, runs: Iterable[Run]) -> None:
        self._runs = list(runs)

    @overload
    def __getitem__(self, at: int) -> Run: ...

    @overload
    def __getitem__(self, at: slice) -> Runs: ...

    def __getitem__(self, at: int | slice) -> Run | Runs:
        return Runs(self._runs[at]) if isinstance(at, slice) else self._runs[at]

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def __repr__(self) -> str:
        return f"Runs([{', '.join(str(r.folder) for r in self._runs)}])"

    @property
    def seeds(self) -> list[int]:
        """The seed of each run."""
        return [r.seed for r in self._runs]

    @property
    def metrics(self) -> Table:
        """The metrics of all runs below one another, with the column ``seed`` in front."""
        return self._below("metrics")

    @property
    def epochs(self) -> Table:
        """The epochs of all runs below one another, with the column ``seed`` in front."""
        return self._below("epochs")

    def _below(self, name: str) -> Table:
        tables = [(r.seed, getattr(r, name)) for r in self._runs]
        pd = pandas()
        if pd is not None:
            both = pd.concat(dict(tables), names=["seed", None]).reset_index(level="seed")
            return both.reset_index(drop=True)
        columns = {c: np.concatenate([t[c] for _, t in tables]) for c in tables[0][1]}
        seeds = np.repeat([seed for seed, _ in tables], [len(next(iter(t.values()))) for _, t in tables])
        return table({"seed": seeds, **columns})

    def stack(self, quantity: str, of: str = "metrics") -> tuple[NDArray[Any], NDArray[Any]]:
        """One quantity of all runs over time, for means and spreads over seeds.

        Parameters
        ----------
        quantity : str
            Such as ``continuous.loss``.
        of : str
            The table: ``metrics``, ``epochs`` or ``log``.

        Returns
        -------
        time, values : numpy.ndarray
            The first column of the table, and runs x times.

        Raises
        ------
        ValueError
            If the runs were not recorded at the same times.
        """
        tables = [getattr(r, of) for r in self._runs]
        key = list(tables[0])[0]
        times = [np.asarray(t[key]) for t in tables]
        if not all(np.array_equal(t, times[0]) for t in times):
            raise ValueError(f"the runs have different values of {key}")
        return times[0], np.stack([np.asarray(t[quantity]) for t in tables])


@overload
def run(
    experiment: str | os.PathLike[str],
    set: Mapping[str, Any] | None = None,
    *,
    seeds: None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    **options: Any,
) -> Run: ...


@overload
def run(
    experiment: str | os.PathLike[str],
    set: Mapping[str, Any] | None = None,
    *,
    seeds: Iterable[int],
    out: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    **options: Any,
) -> Runs: ...


def run(
    experiment: str | os.PathLike[str],
    set: Mapping[str, Any] | None = None,
    *,
    seeds: Iterable[int] | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    **options: Any,
) -> Run | Runs:
    """Run an experiment file, and wait until it has ended.

    Parameters
    ----------
    experiment : str or path
        The file.
    set : mapping, optional
        Keys of the file to change, such as ``{"model.beta": 2, "model.hidden": [50, 50]}``.
    seeds : iterable of int, optional
        Run once for each of these seeds, as many at once as there are processors.
    out : str or path, optional
        The run folder, new or empty; with seeds, the folder of the folders. By default it is one in ``runs`` with name
        and time.
    progress : bool, optional
        False shows nothing, True lines of text where there is neither notebook nor terminal.
    **options
        Flags of ``burstsim run``: ``seed=3``, ``blas="gonum"``.

    Returns
    -------
    Run or Runs
        Of several seeds a sequence.

    Raises
    ------
    Error
        With the program's own message. Folders that were written all the same are in its ``folders``.
    KeyboardInterrupt
        When it was interrupted; the run has a checkpoint then, and ``burstsim.load(folder).resume()`` goes on.

    Examples
    --------
    >>> run = burstsim.run("regression.toml", {"model.beta": 2})    # doctest: +SKIP
    >>> run.summary["variants"]["continuous"]["loss_final"]         # doctest: +SKIP
    """
    args = ["run", os.fspath(experiment), *settings(set), *flags(options)]
    if out is not None:
        args.append(f"--out={os.fspath(out)}")
    if seeds is None:
        return Run(execute(args, progress)[-1])
    args.append("--seeds=" + ",".join(str(int(s)) for s in seeds))
    return Runs(Run(folder) for folder in execute(args, progress))


def load(folder: str | os.PathLike[str]) -> Run:
    """Open the folder of a run, whatever has become of it.

    Parameters
    ----------
    folder : str or path
        What ``burstsim run`` printed, or ``burstsim ls`` lists.

    Raises
    ------
    Error
        If it is not the folder of a run, or cannot be read.

    Examples
    --------
    >>> burstsim.load("runs/regression-20260102-030405").status    # doctest: +SKIP
    'interrupted'
    """
    found = Run(folder)
    found.info  # which says what is wrong
    return found
