import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import burstsim


def csv_column(path, name):
    lines = path.read_text().splitlines()
    at = lines[0].split(",").index(name)
    return [line.split(",")[at] for line in lines[1:]]


def test_finished_run(finished):
    assert finished.status == "finished"
    assert finished.config["model"]["hidden"] == [5]
    assert finished.seed == finished.config["run"]["seed"]
    assert set(finished.summary["variants"]) == {"continuous", "discrete"}
    assert "finished" in finished._repr_html_()


def test_metrics(finished, kind):
    run = burstsim.load(finished.folder)
    assert isinstance(run.metrics, dict) == (kind == "arrays")
    want = [float(x) if x else np.nan for x in csv_column(run.folder / "metrics.csv", "continuous.loss")]
    np.testing.assert_array_equal(np.asarray(run.metrics["continuous.loss"]), want)
    assert list(run.metrics)[0] == "time"
    assert len(run.metrics["time"]) == 24


def test_what_was_read_is_kept_until_it_changes(finished, kind):
    run = burstsim.load(finished.folder)
    assert run.metrics is run.metrics
    os.utime(run.folder / "metrics.csv")
    first = run.metrics
    time.sleep(0.01)
    os.utime(run.folder / "metrics.csv")
    assert run.metrics is not first


def test_trajectory(finished):
    with np.load(finished.folder / "trajectory.npz") as archive:
        assert set(finished.trajectory) == set(archive.files)
        np.testing.assert_array_equal(finished.trajectory["discrete/soma_1"], archive["discrete/soma_1"])
    assert finished.trajectory.variants == ["continuous", "discrete"]
    with pytest.raises(KeyError):
        finished.trajectory["soma_9"]


def test_trajectory_to_pandas(finished):
    pytest.importorskip("pandas")
    t = finished.trajectory
    frame = t.to_pandas("discrete")
    np.testing.assert_array_equal(frame.index, t["discrete/time"])
    np.testing.assert_array_equal(frame["soma_1"].to_numpy(), t["discrete/soma_1"])
    assert list(frame["soma_1"].columns) == list(t["discrete/soma_1_units"])


def test_trajectory_to_xarray(finished):
    pytest.importorskip("xarray")
    t = finished.trajectory
    data = t.to_xarray()
    np.testing.assert_array_equal(data["soma_1"], t["soma_1"])
    assert data["soma_1"].attrs["long_name"] == "somatic potential"
    assert data["time"].attrs["units"] == "s"
    np.testing.assert_array_equal(data["soma_1_units"], t["soma_1_units"])
    with pytest.raises(KeyError, match="continuous, discrete"):
        t.to_xarray("descrete")


def test_weights_answer_as_recorded(finished):
    """The weights are those of the network: with its equations they give the output that was recorded last."""
    w, t = finished.weights["discrete"], finished.trajectory
    assert w["W1"].shape == (5, 3)
    e = t["discrete/input"][-1]
    for layer in (1, 2):
        e = 1 / (1 + np.exp(-(w[f"W{layer}"] @ e + w[f"c{layer}"])))
    np.testing.assert_allclose(e, t["discrete/output"][-1], rtol=1e-6)


def test_weights_begin_another_run(finished, short, tmp_path):
    w = finished.weights["discrete"]
    w = {**w, "W2": 0 * w["W2"], "c2": np.full_like(w["c2"], 2)}
    path = burstsim.write_safetensors(tmp_path / "w.safetensors", w)
    again = burstsim.run(short, {"model.weights": str(path)}, out=tmp_path / "again")
    np.testing.assert_allclose(again.trajectory["discrete/output"][0], 1 / (1 + np.exp(-2)), rtol=1e-6)


def test_snapshots_of_weights(finished, tmp_path):
    with pytest.raises(burstsim.Error, match="has no weights/"):
        finished.snapshots
    folder = shutil.copytree(finished.folder, tmp_path / "copy")
    w = np.arange(12.0).reshape(2, 3, 2)
    np.savez(folder / "weights" / "two.phases.npz", time=[0.0, 5.0], W1=w)
    seen = burstsim.load(folder).snapshots
    assert list(seen) == ["two.phases"]
    np.testing.assert_array_equal(seen["two.phases"]["W1"], w)


def test_figures(finished):
    assert set(finished.figures) == {"dynamics", "learning"}
    assert finished.figures["dynamics"]._repr_png_().startswith(b"\x89PNG")
    assert finished.figures._repr_html_().count("data:image/png") == 2


def test_plot(finished, tmp_path):
    figures = finished.plot("dynamics", window="1s:3s", unit=[0, 2], format="svg", out=tmp_path / "f")
    assert list(figures) == ["dynamics"] and figures["dynamics"]._repr_svg_().startswith("<?xml")
    with pytest.raises(burstsim.Error, match="--figure: \"dinamics\""):
        finished.plot("dinamics")


def test_what_a_run_lacks_is_said(finished):
    with pytest.raises(burstsim.Error, match="has no epochs.csv: the run is finished"):
        finished.epochs
    with pytest.raises(burstsim.Error, match="has no spikes.csv"):
        finished.spikes


def test_epochs_and_training(tmp_path, kind):
    x = np.random.default_rng(1).normal(size=(100, 2))
    task = burstsim.arrays(x, x[:, 0] > 0, folder=tmp_path, epochs=3)
    path = burstsim.write(tmp_path / "e.toml", task, {"model.hidden": [4]})
    run = burstsim.run(path, out=tmp_path / "run")
    assert len(run.epochs["epoch"]) == 4 and run.epochs["discrete.test_error"][3] <= 1
    assert run.training["confusion"].sum() == 20


def test_spikes(tmp_path, kind):
    keys = {
        "time.kind": "spiking",
        "time.dt": "1ms",
        "record.metrics": "100ms",
        "spiking.population": [{"name": "a", "size": 20}],
        "spiking.stimulus": [{"name": "s", "current": 300}],
        "spiking.connection": [{"name": "W", "from": "s", "to": "a", "weight": 1, "rule": "fixed", "rate": 2e-4, "high": 1.5}],
        "spiking.pulses": [{"to": "a", "rate": 150, "weight": 2000}],
        "spiking.phase": [{"name": "p", "duration": "1s", "learning": True}],
    }
    run = burstsim.run(burstsim.write(tmp_path / "spikes.toml", keys), out=tmp_path / "run")
    assert "event" in set(run.spikes["kind"]) and set(run.spikes["population"]) == {"a"}
    with np.load(run.folder / "spikes.npz") as archive:
        np.testing.assert_array_equal(np.asarray(run.spikes["time"]), archive["time"])


def test_seeds(short, tmp_path, kind):
    runs = burstsim.run(short, {"model.beta": 2}, seeds=range(3, 6), out=tmp_path / "seeds")
    assert runs.seeds == [3, 4, 5] and len(runs) == 3
    assert [r.config["model"]["beta"] for r in runs] == [2, 2, 2]
    t, loss = runs.stack("continuous.loss")
    assert loss.shape == (3, len(t)) and len({row.tobytes() for row in loss}) == 3
    table = runs.metrics
    assert list(table)[:2] == ["seed", "time"]
    of_4 = np.asarray(table["seed"]) == 4
    np.testing.assert_array_equal(np.asarray(table["continuous.loss"])[of_4], loss[1])
    assert runs[1:].seeds == [4, 5]


def test_the_programs_message_is_raised(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text("[model]\nbta = 2\n")
    with pytest.raises(burstsim.Error) as caught:
        burstsim.run(path)
    assert caught.value.status == 2
    assert caught.value.message == f'{path}:2: model.bta: unknown key, did you mean "beta"?'


def test_a_value_that_does_not_fit_is_named(short):
    with pytest.raises(burstsim.Error, match="model.beta") as caught:
        burstsim.run(short, {"model.beta": "two"})
    assert caught.value.status == 2


def test_failed_run(short, tmp_path):
    """A run whose numbers leave their range has a folder, which the error names and load opens."""
    with pytest.raises(burstsim.Error) as caught:
        burstsim.run(short, {"model.weight_gain": 1e308}, out=tmp_path / "run")
    assert caught.value.status == 1
    run = burstsim.load(caught.value.folders[0])
    assert run.status == "failed"
    assert run.summary["failure"] in caught.value.message
    assert "failed" in run._repr_html_()


def test_no_run():
    with pytest.raises(burstsim.Error, match="nowhere"):
        burstsim.load("nowhere")


def test_warnings_of_the_program_are_warnings(finished):
    with pytest.warns(UserWarning, match="is finished: nothing is left to do"):
        finished.resume()


@pytest.mark.skipif(sys.platform == "win32", reason="no interrupts to send")
def test_interrupt_and_resume(short, tmp_path):
    """An interrupt of Python stops the run with a checkpoint; what was recorded can be read; resume finishes it."""
    out = tmp_path / "run"
    keys = {"time.learn": "10000s", "record.metrics": "100s", "plots.figures": [], "record.windows": [{"start": "0s", "length": "2s"}]}
    seen = []

    def interrupt():
        while not (out / "checkpoint").exists():
            time.sleep(0.01)
        time.sleep(1)
        live = burstsim.load(out)  # from another thread, as the run goes on
        seen.append(live.status)
        seen.append(live.trajectory["soma_1"].shape)
        seen.append(sorted(n for n in live.trajectory if "soma" in n))
        os.kill(os.getpid(), signal.SIGINT)

    other = threading.Thread(target=interrupt)
    other.start()
    with pytest.raises(KeyboardInterrupt, match=f"burstsim resume {out} goes on"):
        burstsim.run(short, keys, out=out)
    other.join()
    assert seen[0] == "running" and seen[1][1] == 5
    run = burstsim.load(out)
    assert run.status == "interrupted"
    before = sum(np.isfinite(run.metrics[f"{v}.loss"]).sum() for v in ("continuous", "discrete"))
    assert run.resume() is run
    assert run.status == "finished"
    after = sum(np.isfinite(run.metrics[f"{v}.loss"]).sum() for v in ("continuous", "discrete"))
    assert after > before


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
def test_a_run_outlives_python(short, tmp_path):
    out = tmp_path / "run"
    keys = {"time.learn": "5000s", "record.metrics": "100s", "plots.figures": []}
    script = f"import burstsim; burstsim.run({str(short)!r}, {keys}, out={str(out)!r})"
    python = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parent.parent)
    while not (out / "checkpoint").exists():
        time.sleep(0.01)
    python.kill()
    python.wait()
    run = burstsim.load(out)
    while run.status == "running":
        time.sleep(0.2)
    assert run.status == "finished"


def test_progress_of_text(short, tmp_path, capfd):
    burstsim.run(short, {"time.learn": "3000s", "record.metrics": "100s"}, out=tmp_path / "a", progress=True)
    assert "% " in capfd.readouterr().err
    burstsim.run(short, out=tmp_path / "b")
    assert capfd.readouterr() == ("", "")


def test_progress_in_a_terminal(short, tmp_path):
    pty = pytest.importorskip("pty")
    script = f"import burstsim; burstsim.run({str(short)!r}, {{'time.learn': '3000s', 'record.metrics': '100s'}}, out={str(tmp_path / 'r')!r})"
    main, terminal = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", script], stderr=terminal, cwd=Path(__file__).parent.parent)
    os.close(terminal)
    shown = b""
    try:
        while chunk := os.read(main, 4096):
            shown += chunk
    except OSError:  # the terminal is closed
        pass
    assert process.wait() == 0
    assert b" of 3004 s" in shown and shown.rstrip(b" ").endswith(b"\r")


def test_program_is_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("BURSTSIM", str(tmp_path / "none"))
    with pytest.raises(burstsim.Error, match="BURSTSIM is"):
        burstsim.program()
