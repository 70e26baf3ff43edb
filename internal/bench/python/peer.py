"""BurstCCN as one would write it with NumPy or PyTorch, to be timed beside burstsim.

    python -c SOURCE LIBRARY

LIBRARY is numpy or torch, which take as many threads as they choose. Requests come
on standard input, answers go to standard output, one JSON object a line each:

    {"op": "begin", ...}            the network of a folder  ->  {}
    {"op": "advance", "steps": n}   steps or batches         ->  {"seconds": s}
    {"op": "weights"}               to weights.out there     ->  {}

The first line out is {"library": "NumPy 1.24.2"}, or {"missing": reason}. The
equations are those of docs/equations.md, with feedback tied to the weights. All
arrays in files are float64, in the order W1, c1, W2, c2, ...
"""
import json
import os
import sys
import time

P_B, BETA, TAU = 0.5, 4.0, 0.1  # baseline of bursts, gain of dendrites, time constant (s)


def target(phase, t):
    """A triangle between 0.1 and 0.9 with a period of 2 s."""
    x = (t / 2 + phase) % 1
    return 0.1 + 0.8 * abs(2 * x - 1)


class Continuous:
    """One step of Euler or Runge-Kutta, with learning. x is the array library."""

    def __init__(self, x, job, arrays):
        self.x, self.method, self.dt, self.tau_w = x, job["method"], job["dt"], job["tau_weight"]
        self.W, self.c = arrays[0::2], arrays[1::2]
        self.z = [x.zeros(len(c)) for c in self.c]
        self.u = [x.zeros(len(c)) for c in self.c[:-1]]
        self.stimulus, self.phase = x.read(job, "input"), x.read(job, "phase", exact=True)
        self.t, self.steps = 0.0, 0

    def slopes(self, z, u, W, c, t):
        """Of somata and dendrites, the factors of plasticity, and event rates."""
        x, L = self.x, len(W)
        e = [self.stimulus] + [x.sigmoid(v) for v in z]
        p = [x.sigmoid(v) for v in u]
        p.append(P_B + P_B * (x.cast(target(self.phase, t)) - e[L]) * (1 - e[L]))
        du = []
        for l in range(L - 1):
            error = (p[l + 1] - P_B) * e[l + 2]
            du.append((BETA * (1 - e[l + 1]) * (W[l + 1].T @ error) - u[l]) / TAU)
        dz = [(W[l] @ e[l] + c[l] - z[l]) / TAU for l in range(L)]
        d = [(p[l] - P_B) * e[l + 1] for l in range(L)]
        return dz, du, d, e

    def euler(self):
        dt, k = self.dt, self.dt / self.tau_w
        dz, du, d, e = self.slopes(self.z, self.u, self.W, self.c, self.t)
        for v, s in zip(self.z + self.u, dz + du):
            v += dt * s
        for l, f in enumerate(d):
            self.x.add_outer(self.W[l], k, f, e[l])
            self.c[l] += k * f

    def rk4(self):
        L, dt = len(self.W), self.dt
        y = self.z + self.u + self.W + self.c

        def f(t, y):
            z, u, W, c = y[:L], y[L:2 * L - 1], y[2 * L - 1:3 * L - 1], y[3 * L - 1:]
            dz, du, d, e = self.slopes(z, u, W, c, t)
            d = [v / self.tau_w for v in d]
            return dz + du + [self.x.outer(d[l], e[l]) for l in range(L)] + d

        k1 = f(self.t, y)
        k2 = f(self.t + dt / 2, [v + dt / 2 * k for v, k in zip(y, k1)])
        k3 = f(self.t + dt / 2, [v + dt / 2 * k for v, k in zip(y, k2)])
        k4 = f(self.t + dt, [v + dt * k for v, k in zip(y, k3)])
        for v, a, b, c, d in zip(y, k1, k2, k3, k4):
            v += dt / 6 * (a + 2 * b + 2 * c + d)

    def advance(self, steps):
        step = {"euler": self.euler, "rk4": self.rk4}[self.method]
        for _ in range(steps):
            step()
            self.steps += 1
            self.t = self.steps * self.dt

    def arrays(self):
        return [a for pair in zip(self.W, self.c) for a in pair]


class Training:
    """Batches of images in discrete time, by plain gradient descent."""

    def __init__(self, x, job, arrays):
        self.x, self.lr, self.batch, self.maps = x, job["lr"], job["batch"], job["maps"] or []
        self.shape = job["shape"]
        self.W, self.c = arrays[0::2], arrays[1::2]
        self.pixels, self.labels, self.order = x.bytes(job, "pixels"), x.bytes(job, "labels"), x.bytes(job, "order", 4)
        self.pixels = self.pixels.reshape(len(self.labels), -1)
        self.classes = x.eye(len(self.c[-1]))

    def forward(self, l, e):
        if l >= len(self.maps):
            return e.reshape(len(e), -1) @ self.W[l].T + self.c[l]
        return self.x.convolve(e, self.W[l], self.c[l], self.maps[l]["stride"])

    def backward(self, l, error, below):
        if l >= len(self.maps):
            return (error @ self.W[l]).reshape(below.shape)
        return self.x.convolve_back(below, self.W[l], error, self.maps[l]["stride"])

    def learn(self, l, d, below):
        k = self.lr / self.batch
        if l >= len(self.maps):
            self.W[l] += k * (d.T @ below.reshape(len(below), -1))
            self.c[l] += k * d.sum(0)
            return
        self.W[l] += k * self.x.convolution_change(below, self.W[l], d, self.maps[l]["stride"])
        self.c[l] += k * d.sum((0, 2, 3))

    def present(self, examples):
        x, L = self.x, len(self.W)
        e = [x.cast(self.pixels[examples]) / 255]
        if self.maps:
            e[0] = e[0].reshape(-1, *self.shape)
        for l in range(L):
            e.append(x.sigmoid(self.forward(l, e[l])))
        d = [None] * L
        d[-1] = P_B * (self.classes[self.labels[examples]] - e[L]) * (1 - e[L]) * e[L]
        for l in range(L - 2, -1, -1):
            a = self.backward(l + 1, d[l + 1], e[l + 1])
            d[l] = (x.sigmoid(BETA * (1 - e[l + 1]) * a) - P_B) * e[l + 1]
        for l in range(L):
            self.learn(l, d[l], e[l])

    def advance(self, batches):
        for k in range(batches):
            at = k * self.batch % len(self.order)
            self.present(self.order[at:at + self.batch])

    arrays = Continuous.arrays


class NumPy:
    def __init__(self):
        self.library = "NumPy " + np.__version__

    def precision(self, name):
        self.dtype = np.dtype(name)

    def read(self, job, name, exact=False):
        a = np.fromfile(os.path.join(job["folder"], name))
        return a if exact else a.astype(self.dtype)

    def bytes(self, job, name, size=1):
        return np.fromfile(os.path.join(job["folder"], name), np.uint8 if size == 1 else np.int32)

    def zeros(self, n): return np.zeros(n, self.dtype)
    def eye(self, n): return np.eye(n, dtype=self.dtype)
    def cast(self, a): return a.astype(self.dtype)
    def sigmoid(self, v): return 1 / (1 + np.exp(-v))
    def outer(self, a, b): return np.outer(a, b)

    def add_outer(self, W, k, a, b):
        W += np.outer(k * a, b)

    def write(self, arrays, path):
        with open(path, "wb") as f:
            for a in arrays:
                a.astype(np.float64).tofile(f)


class Torch:
    def __init__(self):
        import torch
        import torch.nn.functional
        import torch.nn.grad
        self.torch, self.library = torch, "PyTorch " + torch.__version__
        torch.set_grad_enabled(False)
        self.sigmoid, self.outer = torch.sigmoid, torch.outer
        self.convolution_change = lambda e, W, d, stride: torch.nn.grad.conv2d_weight(e, W.shape, d, stride)
        self.convolve_back = lambda e, W, d, stride: torch.nn.grad.conv2d_input(e.shape, W, d, stride)
        self.convolve = torch.nn.functional.conv2d

    def precision(self, name):
        self.dtype = getattr(self.torch, name)

    def read(self, job, name, exact=False):
        a = self.torch.from_numpy(np.fromfile(os.path.join(job["folder"], name)))
        return a if exact else a.to(self.dtype)

    def bytes(self, job, name, size=1):
        a = np.fromfile(os.path.join(job["folder"], name), np.uint8 if size == 1 else np.int32)
        a = self.torch.from_numpy(a)
        return a if name == "pixels" else a.long()

    def zeros(self, n): return self.torch.zeros(n, dtype=self.dtype)
    def eye(self, n): return self.torch.eye(n, dtype=self.dtype)
    def cast(self, a): return a.to(self.dtype)

    def add_outer(self, W, k, a, b):
        W.addr_(a, b, alpha=k)

    def write(self, arrays, path):
        with open(path, "wb") as f:
            for a in arrays:
                a.double().numpy().tofile(f)


def begin(x, job):
    x.precision(job["precision"])
    flat, at, arrays = x.read(job, "weights"), 0, []
    for shape in job["arrays"]:
        n = 1
        for k in shape:
            n *= k
        # Each of its own: a slice would keep all of them in one block.
        arrays.append(x.cast(flat[at:at + n].reshape(shape)) + 0)
        at += n
    return {"continuous": Continuous, "training": Training}[job["kind"]](x, job, arrays)


def main(library):
    global np

    def answer(**fields):
        print(json.dumps(fields), flush=True)

    try:
        import numpy as np
        x = {"numpy": NumPy, "torch": Torch}[library]()
    except ImportError as e:
        return answer(missing=str(e))
    answer(library=x.library)
    network, folder = None, None
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "begin":
            network, folder = begin(x, request), request["folder"]
            answer()
        elif request["op"] == "advance":
            start = time.perf_counter()
            network.advance(request["steps"])
            answer(seconds=time.perf_counter() - start)
        else:
            x.write(network.arrays(), os.path.join(folder, "weights.out"))
            answer()


main(*sys.argv[1:])
