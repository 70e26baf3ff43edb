"""Write signals.csv and samples.csv, the data of examples/signals.toml and arrays.toml.

signals.csv: the Lorenz system, a row every 20 ms of its time, and its z 0.1 later.
samples.csv: points of a plane, the ring that they lie in, and a smooth function of them.
"""

import numpy as np

STEP, EVERY, ROWS, AHEAD = 0.001, 20, 1000, 5


def lorenz(s):
    x, y, z = s
    return np.array([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])


state, states = np.array([1.0, 1.0, 20.0]), []
for k in range(2000 + (ROWS + AHEAD) * EVERY):  # the first 2 are on the way to the attractor
    if k >= 2000 and k % EVERY == 0:
        states.append(state)
    a = lorenz(state)
    b = lorenz(state + STEP / 2 * a)
    c = lorenz(state + STEP / 2 * b)
    d = lorenz(state + STEP * c)
    state = state + STEP / 6 * (a + 2 * b + 2 * c + d)
states = np.array(states)
rows = np.column_stack([np.arange(ROWS) * 0.02, states[:ROWS], states[AHEAD:, 2]])
np.savetxt("signals.csv", rows, fmt=["%.2f"] + 4 * ["%.3f"], delimiter=",", header="t,x,y,z,z_ahead", comments="")

rng = np.random.default_rng(1)
radius, angle = rng.uniform(0, 1, 600), rng.uniform(0, 2 * np.pi, 600)
points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
ring = (3 * radius).astype(int)
wave = np.sin(3 * points[:, 0]) * points[:, 1]
np.savetxt("samples.csv", np.column_stack([points, ring, wave]), fmt=["%.4f", "%.4f", "%d", "%.4f"], delimiter=",",
           header="x,y,ring,wave", comments="")
