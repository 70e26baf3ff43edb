import tomllib

import numpy as np
import pytest

import burstsim

KEYS = {"model.hidden": [5], "time.before": "0s", "time.learn": "5s", "time.after": "2s", "plots.figures": []}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.fixture
def wave():
    t = np.arange(1000) * 0.02
    x = np.stack([np.cos(1.3 * t), np.sin(0.7 * t)], axis=1)
    return t, x


def test_signals(wave, tmp_path):
    t, x = wave
    y = 0.5 + 0.4 * x[:, 0] * x[:, 1]
    task = burstsim.signals(t, inputs=x, targets=y, folder=tmp_path, test_fraction=0)
    run = burstsim.run(burstsim.write(tmp_path / "e.toml", task, KEYS), out=tmp_path / "run")
    seen = run.trajectory
    np.testing.assert_allclose(seen["input"][:, 0], np.interp(seen["time"], t, x[:, 0]), atol=1e-9)
    np.testing.assert_allclose(seen["target"][:, 0], np.interp(seen["time"], t, y), atol=1e-9)


def test_the_same_arrays_are_the_same_file(wave, tmp_path):
    t, x = wave
    first, second, other = (burstsim.signals(t, inputs=v, targets=x, folder=tmp_path) for v in (x, x, x + 1e-9))
    assert first == second != other
    assert len(list(tmp_path.iterdir())) == 2


def test_teacher(wave, tmp_path):
    t, x = wave
    rng = np.random.default_rng(1)
    layers = [(rng.normal(size=(10, 2)), None), (rng.normal(size=(1, 10)), [0.5], "sigmoid")]
    task = burstsim.signals(t, inputs=x, folder=tmp_path, test_fraction=0)
    task |= burstsim.teacher(layers, folder=tmp_path)
    run = burstsim.run(burstsim.write(tmp_path / "e.toml", task, KEYS), out=tmp_path / "run")
    seen = run.trajectory
    want = sigmoid(sigmoid(seen["input"] @ layers[0][0].T) @ layers[1][0].T + 0.5)
    np.testing.assert_allclose(seen["target"], want, rtol=1e-9)


def test_arrays(tmp_path):
    x = np.random.default_rng(1).normal(size=(50, 3))
    values = burstsim.arrays(x, targets=sigmoid(x), folder=tmp_path, epochs=2)
    run = burstsim.run(burstsim.write(tmp_path / "e.toml", values, {"model.hidden": [4]}), out=tmp_path / "run")
    assert run.config["task"]["targets"] == "values"
    assert len(run.epochs["discrete.test_loss"]) == 3


def test_what_does_not_fit(wave):
    t, x = wave
    with pytest.raises(ValueError, match="different numbers of rows: 999 t, 1000 inputs"):
        burstsim.signals(t[1:], inputs=x)
    with pytest.raises(ValueError, match="layer 1 has the activation 'relu'"):
        burstsim.teacher([(np.eye(2), None, "relu")])
    with pytest.raises(ValueError, match="labels or targets"):
        burstsim.arrays(x)


def test_write_gives_back_what_it_was_given(tmp_path):
    path = burstsim.write(
        tmp_path / "e.toml",
        {"model.kind": "edn", "model.hidden": np.array([20, 10]), "run.name": 'a "b"\\\n\x7f', "time.dt": "20ms"},
        {"model.kind": "burstccn", "learning.lr": np.float64(1e-3), "plots.figures": (), "record.weights": True},
        {"compare": [{"name": "x", "time.kind": "discrete"}]},
    )
    assert tomllib.loads(path.read_text()) == {
        "model": {"kind": "burstccn", "hidden": [20, 10]},
        "run": {"name": 'a "b"\\\n\x7f'},
        "time": {"dt": "20ms"},
        "learning": {"lr": 1e-3},
        "plots": {"figures": []},
        "record": {"weights": True},
        "compare": [{"name": "x", "time": {"kind": "discrete"}}],
    }
    with pytest.raises(ValueError, match="'hidden' names no key"):
        burstsim.write(path, {"hidden": [2]})
    with pytest.raises(TypeError, match="no form in TOML"):
        burstsim.write(path, {"model.hidden": object()})
    assert "edn" not in path.read_text() and "hidden = [20, 10]" in path.read_text()
