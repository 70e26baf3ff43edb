import numpy as np
import pytest

import burstsim
from burstsim._files import read_table


def test_safetensors(tmp_path):
    arrays = {
        "W1": np.arange(6.0).reshape(2, 3),
        "c1": np.array([0.1, np.nan], np.float32),
        "one": np.float64(3),
        "turned": np.arange(6.0).reshape(2, 3).T,
    }
    path = burstsim.write_safetensors(tmp_path / "a.safetensors", arrays)
    back = burstsim.read_safetensors(path)
    assert set(back) == set(arrays)
    for name, a in arrays.items():
        np.testing.assert_array_equal(back[name], a)
        assert back[name].dtype == np.asarray(a).dtype
    back["W1"][0, 0] = 9  # a copy that may be changed


def test_damaged_safetensors(tmp_path):
    content = burstsim.write_safetensors(tmp_path / "a", {"W1": np.ones(3)}).read_bytes()
    for cut in range(len(content)):
        (tmp_path / "b").write_bytes(content[:cut])
        with pytest.raises(ValueError, match="cannot be read as a safetensors file"):
            burstsim.read_safetensors(tmp_path / "b")


def test_tables(tmp_path, kind):
    (tmp_path / "t.csv").write_text("run,n,x,failure,label\n12,1,0.1,,NA\n0012,2,,nan,b\n")
    table = read_table(tmp_path / "t.csv")
    assert list(table["run"]) == ["12", "0012"]
    assert list(table["n"]) == [1, 2]
    np.testing.assert_array_equal(np.asarray(table["x"]), [0.1, np.nan])
    assert list(table["failure"]) == ["", "nan"]
    assert list(table["label"]) == ["NA", "b"]


def test_an_empty_table(tmp_path, kind):
    (tmp_path / "t.csv").write_text("time,loss\n")
    assert len(read_table(tmp_path / "t.csv")["loss"]) == 0
