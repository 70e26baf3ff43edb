"""Reads the files that the program writes: CSV, npz, safetensors."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: A table: a ``pandas.DataFrame`` where pandas is installed, otherwise ``dict[str, numpy.ndarray]``. Both give a
#: column for its name.
Table: TypeAlias = Any

_TYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U8": "|u1", "BOOL": "|b1"}
_TEXT = ("run", "failure")  # columns that may look like numbers


def pandas() -> Any:
    """The module, or None."""
    try:
        import pandas
    except ImportError:
        return None
    return pandas


def table(columns: Mapping[str, Any]) -> Table:
    """Columns as a table."""
    pd = pandas()
    return dict(columns) if pd is None else pd.DataFrame(columns)


def read_table(path: Path) -> Table:
    """Read a table of CSV. Empty fields are NaN, in columns of text the empty text."""
    pd = pandas()
    if pd is not None:
        found = pd.read_csv(
            path, dtype={c: str for c in _TEXT}, float_precision="round_trip", keep_default_na=False, na_values=[""]
        )
        words = found.select_dtypes(object).columns
        found[words] = found[words].fillna("")
        return found
    with open(path, newline="", encoding="utf-8") as f:
        rows = csv.reader(f)
        names = next(rows)
        fields = list(zip(*rows)) or [()] * len(names)
    return {name: _column(name, column) for name, column in zip(names, fields)}


def _column(name: str, fields: tuple[str, ...]) -> NDArray[Any]:
    """Whole numbers, numbers or text, whichever all fields are."""
    if name not in _TEXT:
        try:
            return np.array([int(x) for x in fields], dtype=np.int64)
        except (ValueError, OverflowError):
            pass
        try:
            return np.array([float(x) if x else np.nan for x in fields])
        except ValueError:
            pass
    return np.array(fields, dtype=str)


def read_safetensors(path: str | Path) -> dict[str, NDArray[Any]]:
    """Read the arrays of a safetensors file, such as the weights of a run.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    dict of str to numpy.ndarray
        The arrays by name; of weights ``W1``, ``c1``, ..., units x units below.

    Raises
    ------
    ValueError
        If the file is damaged or has a type that NumPy does not.

    Examples
    --------
    >>> burstsim.read_safetensors("runs/a/weights/continuous.safetensors")["W1"].shape    # doctest: +SKIP
    (50, 3)
    """
    with open(path, "rb") as f:
        data = f.read()
    begin = 8 + int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8:begin])
        out = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            first, last = entry["data_offsets"]
            flat = np.frombuffer(data[begin + first : begin + last], _TYPES[entry["dtype"]])
            out[name] = flat.reshape(entry["shape"]).copy()
        return out
    except (ValueError, KeyError, AttributeError, TypeError) as err:
        raise ValueError(f"{path} cannot be read as a safetensors file: {err!r}") from err


def write_safetensors(path: str | Path, arrays: Mapping[str, Any]) -> Path:
    """Write arrays of float32 or float64 as a safetensors file, for ``model.weights`` or ``task.teacher_file``.

    Parameters
    ----------
    path : str or path
        The file, which is replaced.
    arrays : mapping of str to array
        Weights by their names in the program: ``W1``, ``c1``, ... All but float32 are written as float64.

    Returns
    -------
    pathlib.Path
        The file.

    Examples
    --------
    >>> w = run.weights["continuous"]                        # doctest: +SKIP
    >>> w["W1"] *= 0.9                                       # doctest: +SKIP
    >>> burstsim.write_safetensors("w.safetensors", w)       # doctest: +SKIP
    >>> burstsim.run("my.toml", {"model.weights": "w.safetensors"})    # doctest: +SKIP
    """
    replace(Path(path), safetensors(arrays))
    return Path(path)


def safetensors(arrays: Mapping[str, Any]) -> bytes:
    """What the file of these arrays holds."""
    header: dict[str, Any] = {}
    chunks: list[bytes] = []
    at = 0
    for name, given in arrays.items():
        a = np.asarray(given)
        kind = "F32" if a.dtype == np.float32 else "F64"
        chunk = a.astype(_TYPES[kind]).tobytes()
        header[name] = {"dtype": kind, "shape": list(a.shape), "data_offsets": [at, at + len(chunk)]}
        chunks.append(chunk)
        at += len(chunk)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # the format wants arrays aligned
    return len(text).to_bytes(8, "little") + text + b"".join(chunks)


def replace(path: Path, content: bytes) -> None:
    """Put a file in its place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_bytes(content)
    temporary.replace(path)


class Trajectory(Mapping[str, NDArray[Any]]):
    """Recorded signals by name, each samples x units; read from the file as they are asked for.

    ``time`` has the times in seconds, and ``NAME_units`` the places of a signal's units in their layer. Variants
    but the first have their label and a slash before the names: ``"discrete/soma_1"``.

    Examples
    --------
    >>> t, soma = run.trajectory["time"], run.trajectory["soma_1"]     # doctest: +SKIP
    >>> run.trajectory.to_xarray("discrete")["soma_1"].plot()          # doctest: +SKIP
    """

    def __init__(self, path: Path, described: list[dict[str, Any]]) -> None:
        self._path = path
        self._described = described  # by the program: variants, signals, their units of measure
        self._cache: dict[str, NDArray[Any]] = {}
        with np.load(path) as archive:
            self._names: list[str] = list(archive.files)

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._cache:
            with np.load(self._path) as archive:
                self._cache[name] = archive[name]
        return self._cache[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"Trajectory({', '.join(n for n in self._names if not n.endswith('_units'))})"

    @property
    def variants(self) -> list[str]:
        """The labels of the variants, that of the experiment itself first."""
        return [v["variant"] for v in self._described]

    def _signals(self, variant: str | None) -> tuple[str, list[dict[str, Any]]]:
        for i, v in enumerate(self._described):
            if variant is None or v["variant"] == variant:
                return f"{v['variant']}/" if i else "", v["signals"]
        raise KeyError(f"no variant {variant!r}: there are {', '.join(self.variants)}")

    def to_pandas(self, variant: str | None = None) -> Any:
        """The signals of a variant as a data frame: a row a time, columns of signal and unit.

        Parameters
        ----------
        variant : str, optional
            Its label; by default the experiment itself.
        """
        import pandas as pd

        prefix, signals = self._signals(variant)
        index = pd.Index(self[prefix + "time"], name="time")
        parts = {s["name"]: pd.DataFrame(self[prefix + s["name"]], index, s["units"]) for s in signals}
        return pd.concat(parts, axis=1, names=["signal", "unit"])

    def to_xarray(self, variant: str | None = None) -> Any:
        """The signals of a variant as an ``xarray.Dataset`` with labels and units of measure.

        Parameters
        ----------
        variant : str, optional
            Its label; by default the experiment itself.
        """
        import xarray as xr

        prefix, signals = self._signals(variant)
        data = xr.Dataset(coords={"time": ("time", self[prefix + "time"], {"units": "s"})})
        for s in signals:
            units = s["name"] + "_units"
            about = {"long_name": s.get("label", s["name"]), "units": s.get("unit", "1")}
            data[s["name"]] = (("time", units), self[prefix + s["name"]], about)
            data.coords[units] = (units, self[prefix + units], {"long_name": "unit"})
        return data
