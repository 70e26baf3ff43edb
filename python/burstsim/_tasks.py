"""Tasks, teachers and experiment files written in Python."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._files import replace, safetensors
from ._toml import literal


def signals(
    time: ArrayLike, *, inputs: ArrayLike, targets: ArrayLike | None = None, folder: str | os.PathLike[str] = "data", **keys: Any
) -> dict[str, Any]:
    """A task of signals over time, from arrays.

    Parameters
    ----------
    time : array of float, times
        When the rows are, in seconds, ascending; the first counts as 0.
    inputs : array of float, times x inputs
        What the network gets.
    targets : array of float, times x outputs, optional
        What it should answer, where sigmoids reach it: between 0 and 1. Without them the task needs a
        :func:`teacher`.
    folder : str or path
        Where the arrays are put, into a file that is named after its content.
    **keys
        Further keys of ``[task]``: ``between="held"``, ``test_fraction=0.1``.

    Returns
    -------
    dict
        Keys of an experiment and their values, for :func:`burstsim.run` or :func:`write`.

    Examples
    --------
    >>> t = np.arange(0, 100, 0.02)
    >>> x = np.stack([np.cos(1.3 * t), np.sin(0.7 * t)], axis=1)
    >>> task = burstsim.signals(t, inputs=x, targets=0.5 + 0.4 * x[:, :1] * x[:, 1:])    # doctest: +SKIP
    >>> burstsim.run("my.toml", task)                                                    # doctest: +SKIP
    """
    columns = {"t": np.asarray(time, float), "inputs": _rows(inputs)}
    if targets is not None:
        columns["targets"] = _rows(targets)
    return _task("signals", columns, folder, keys)


def arrays(
    inputs: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    targets: ArrayLike | None = None,
    folder: str | os.PathLike[str] = "data",
    **keys: Any,
) -> dict[str, Any]:
    """A task of samples with labels or targets, from arrays.

    Parameters
    ----------
    inputs : array of float, samples x inputs
        Or samples x height x width, or samples x maps x height x width: images.
    labels : array of int, samples, optional
        The class of each sample: 0, 1, 2, ...
    targets : array of float, samples x outputs, optional
        Numbers that the outputs should have, in the place of labels.
    folder : str or path
        Where the arrays are put, into a file that is named after its content.
    **keys
        Further keys of ``[task]``: ``epochs=20``, ``input_scaling="standard"``.

    Returns
    -------
    dict
        Keys of an experiment and their values, for :func:`burstsim.run` or :func:`write`. Time is discrete then:
        ``time.kind`` is among them.

    Raises
    ------
    ValueError
        If there are both labels and targets, or neither.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(1000, 4))
    >>> task = burstsim.arrays(x, x[:, 0] > 0, epochs=20)      # doctest: +SKIP
    """
    if (labels is None) == (targets is None):
        raise ValueError("expected labels or targets, one of the two")
    columns = {"inputs": np.asarray(inputs)}
    if labels is not None:
        columns["labels"] = np.asarray(labels).astype(np.int64)
    else:
        columns["targets"] = _rows(targets)
        keys = {"targets": "values", **keys}
    return {**_task("arrays", columns, folder, keys), "time.kind": "discrete"}


def _rows(values: Any) -> np.ndarray[Any, Any]:
    a = np.asarray(values, float)
    return a[:, np.newaxis] if a.ndim == 1 else a


def _task(kind: str, columns: Mapping[str, Any], folder: str | os.PathLike[str], keys: Mapping[str, Any]) -> dict[str, Any]:
    lengths = {name: len(a) for name, a in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError("the arrays have different numbers of rows: " + ", ".join(f"{n} {k}" for k, n in lengths.items()))
    archive = io.BytesIO()
    np.savez(archive, **columns)
    path = _keep(archive.getvalue(), folder, kind, ".npz")
    return {"task.kind": kind, "task.input_file": path, **{f"task.{k}": v for k, v in keys.items()}}


def _keep(content: bytes, folder: str | os.PathLike[str], kind: str, suffix: str) -> str:
    """Put content into a file of its own: a run that was made of other content can still be repeated."""
    path = Path(folder).absolute() / f"{kind}-{hashlib.sha256(content).hexdigest()[:12]}{suffix}"
    if not path.exists():
        replace(path, content)
    return str(path)


def teacher(layers: Iterable[Sequence[Any]], *, folder: str | os.PathLike[str] = "data", **keys: Any) -> dict[str, Any]:
    """A network of sigmoids that makes the targets of the tasks ``regression`` and ``signals``.

    Parameters
    ----------
    layers : iterable of (W, b) or (W, b, "sigmoid")
        Of each layer, from the lowest on, weights of units x units below, and biases of units, or None. There is no
        activation but the sigmoid: targets must be where the outputs of a network can be.
    folder : str or path
        Where the weights are put, into a file that is named after its content.
    **keys
        Further keys of ``[task]``: ``teacher="leaky"``.

    Returns
    -------
    dict
        Keys of an experiment and their values, to be added to those of the task.

    Raises
    ------
    ValueError
        If a layer has another activation.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> taught = burstsim.teacher([(rng.normal(size=(10, 2)), None), (rng.normal(size=(1, 10)), [0.5])])  # doctest: +SKIP
    >>> burstsim.run("my.toml", {**burstsim.signals(t, inputs=x), **taught})                              # doctest: +SKIP
    """
    tensors: dict[str, Any] = {}
    for i, layer in enumerate(layers, 1):
        weights, bias = layer[0], layer[1] if len(layer) > 1 else None
        activation = layer[2] if len(layer) > 2 else "sigmoid"
        if activation != "sigmoid":
            raise ValueError(f"layer {i} has the activation {activation!r}, expected 'sigmoid', the only one of teachers")
        tensors[f"W{i}"] = np.asarray(weights, float)
        if bias is not None:
            tensors[f"c{i}"] = np.asarray(bias, float)
    path = _keep(safetensors(tensors), folder, "teacher", ".safetensors")
    return {"task.teacher_file": path, **{f"task.{k}": v for k, v in keys.items()}}


def write(path: str | os.PathLike[str], *keys: Mapping[str, Any]) -> Path:
    """Write an experiment file.

    Parameters
    ----------
    path : str or path
        The file, which is replaced.
    *keys : mapping
        Keys and values, such as ``{"model.hidden": [50]}``; later ones win. ``compare`` is a list of mappings, one a
        variant, each with its ``name``.

    Returns
    -------
    pathlib.Path
        The file, for :func:`burstsim.run`.

    Examples
    --------
    >>> burstsim.write("my.toml", task, {"model.hidden": [50], "time.learn": "1000s",
    ...                                  "compare": [{"name": "discrete", "time.kind": "discrete"}]})    # doctest: +SKIP
    """
    merged: dict[str, Any] = {}
    for one in keys:
        merged.update(one)
    variants = merged.pop("compare", [])
    sections: dict[str, list[str]] = {}
    for key, value in merged.items():
        section, _, rest = key.partition(".")
        if not rest:
            raise ValueError(f"{key!r} names no key of a section: expected a name such as 'model.hidden'")
        sections.setdefault(section, []).append(f"{rest} = {literal(value)}")
    blocks = [[f"[{name}]", *lines] for name, lines in sections.items()]
    blocks += [["[[compare]]", *(f"{k} = {literal(v)}" for k, v in variant.items())] for variant in variants]
    replace(Path(path), ("\n\n".join("\n".join(b) for b in blocks) + "\n").encode())
    return Path(path)
