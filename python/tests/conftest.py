"""Tests of the package run the program on small experiments."""

import sys
from pathlib import Path

import pytest

import burstsim

SHORT = {
    "model.hidden": [5],
    "time.before": "2s",
    "time.learn": "20s",
    "time.after": "2s",
    "record.metrics": "1s",
    "plots.formats": ["png"],
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("burstsim")


@pytest.fixture(scope="session")
def short(folder):
    """An experiment file with two variants, of a moment."""
    variants = [{"name": "discrete", "time.kind": "discrete"}]
    return burstsim.write(folder / "short.toml", SHORT, {"compare": variants})


@pytest.fixture(scope="session")
def finished(folder, short):
    return burstsim.run(short, out=folder / "finished")


@pytest.fixture(params=["pandas", "arrays"])
def kind(request, monkeypatch):
    """Each test that asks for it is run with pandas, and as if there were none."""
    if request.param == "arrays":
        monkeypatch.setitem(sys.modules, "pandas", None)
    else:
        pytest.importorskip("pandas")
    return request.param
