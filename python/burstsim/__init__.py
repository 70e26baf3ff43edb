"""burstsim: cortical networks that learn by bursts, from Python.

The program ``burstsim`` simulates; this package starts it and reads what it leaves behind.

>>> import burstsim
>>> run = burstsim.run("regression.toml", {"model.beta": 2})         # doctest: +SKIP
>>> run.metrics["continuous.loss"]                                    # doctest: +SKIP

Experiments are TOML files, and all keys have the names that they have there. Tables are pandas data
frames where pandas is installed and otherwise dicts of NumPy arrays, with the same columns.
"""

from ._files import Table, Trajectory, read_safetensors, write_safetensors
from ._figures import Figure, Figures
from ._program import Error, call, program
from ._run import Run
from ._runs import Runs, load, run
from ._sweep import Sweep, load_sweep, sweep
from ._tasks import arrays, signals, teacher, write

__all__ = [
    "Error",
    "Figure",
    "Figures",
    "Run",
    "Runs",
    "Sweep",
    "Table",
    "Trajectory",
    "arrays",
    "call",
    "load",
    "load_sweep",
    "program",
    "read_safetensors",
    "run",
    "signals",
    "sweep",
    "teacher",
    "write",
    "write_safetensors",
]
