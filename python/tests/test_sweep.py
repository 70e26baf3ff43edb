import numpy as np
import pytest

import burstsim


def test_sweep(short, tmp_path, kind):
    vary = {"model.beta": [0.5, 1.0], "seeds": range(1, 3)}
    sweep = burstsim.sweep(short, {"time.learn": "5s"}, vary=vary, out=tmp_path / "sweep")
    assert sweep.status["runs"] == 4 and sweep.status["done"] == 4
    runs, summary = sweep.runs, sweep.summary
    assert len(runs["run"]) == 8  # of two variants
    assert all(isinstance(name, str) for name in runs["run"])
    mine = (np.asarray(runs["model.beta"]) == 0.5) & (np.asarray(runs["variant"]) == "discrete")
    row = (np.asarray(summary["model.beta"]) == 0.5) & (np.asarray(summary["variant"]) == "discrete")
    np.testing.assert_allclose(
        np.asarray(summary["loss_final_mean"])[row], np.asarray(runs["loss_final"])[mine].mean(), rtol=1e-12
    )
    assert set(sweep.figures)
    assert len(sweep.curves["n"]) and len(sweep.ranking["rank"]) and len(sweep.comparisons["p"])
    assert "rank_correlation" in sweep.correlations

    one = sweep.run(runs["run"][0], out=tmp_path / "one")
    assert one.config["model"]["beta"] == 0.5
    assert one.summary["variants"]["continuous"]["loss_final"] == runs["loss_final"][0]

    more = burstsim.sweep(short, {"time.learn": "5s"}, vary={**vary, "seeds": range(1, 4)}, out=tmp_path / "sweep")
    assert more.status["runs"] == 6
    assert burstsim.load_sweep(more.folder).status == more.status


def test_values_as_of_the_command_line(short, tmp_path):
    sweep = burstsim.sweep(short, {"time.learn": "5s"}, vary={"model.beta": "0.5:2:4", "seeds": "1"}, out=tmp_path / "s")
    assert list(np.unique(np.asarray(sweep.runs["model.beta"]))) == [0.5, 1.0, 1.5, 2.0]


def test_wrong_values(short, tmp_path):
    with pytest.raises(burstsim.Error, match="model.bta") as caught:
        burstsim.sweep(short, vary={"model.bta": [1, 2]}, out=tmp_path / "s")
    assert caught.value.status == 2
    with pytest.raises(burstsim.Error, match="not the folder of a sweep"):
        burstsim.load_sweep(tmp_path)
