"""The published protocol of spiking BurstCCN as one would write it for oneself, with NumPy
and with Brian2, in turns with burstsim.

    spiking.py compare --program PATH [--turns 5] [--peers numpy,brian-standalone]
    spiking.py numpy|brian-numpy|brian-cython|brian-standalone    what it starts

Two ensembles of 100 neurons, steps of 1 ms, 100 s; equations, constants and phases are
those of examples/spiking_burstccn.toml. Of burstsim the whole process is timed, which
reads the file, writes the run folder and draws nothing; of the others the simulation
alone, without imports and compilation. What takes long is simulated for 10 s. Printed
are the least times of all turns, of the clock and of processors, for a simulated second;
and, over turns, which differ in their random numbers, means and standard deviations of
rates and weights, by which all sides compute the same.
"""
import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

N = 100
DT = 1e-3
P_B = 0.375
# Targets by phases of 20 s: from, to, event rate (Hz), gain (pA/Hz).
TEACHERS = [(20, 40, 10, 80), (60, 80, 5, 100)]
# Stretches of which means are compared.
WINDOWS = [(10, 20), (35, 40), (42, 50), (52, 60), (75, 80), (82, 90), (92, 100)]


def clock():
    """Seconds of the clock, and of processors by this process and those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(u.ru_utime + u.ru_stime for u in used)


def since(began):
    return [b - a for a, b in zip(began, clock())]


def target(t):
    for start, end, rate, gain in TEACHERS:
        if start <= t < end:
            return rate, gain
    return 0, 0


def simulate_numpy(seed, seconds):
    """Both ensembles as one array, the input before the output; mV, pA, pF, nS, s."""
    import numpy as np

    rng = np.random.default_rng(seed)
    inp, out = slice(0, N), slice(N, 2 * N)
    Vs, Vd = np.full(2 * N, -70.0), np.full(2 * N, -70.0)
    theta, ws, wd = np.full(2 * N, -50.0), np.zeros(2 * N), np.zeros(2 * N)
    last = np.full(2 * N, -10**9)
    in_burst = np.zeros(2 * N, bool)
    spiked = [np.zeros(2 * N, bool), np.zeros(2 * N, bool)]  # one and two steps ago
    W = np.full(N, 0.4)
    e, b, p = np.zeros(2), np.zeros(2), np.full(2, P_B)  # averages of the ensembles
    events, bursts = [0, 0], [0, 0]  # of the last step
    before = [0, 0]  # of the output, two steps ago
    steps = round(seconds / DT)
    # Event rate of the input, its weight, event and burst rate of the output.
    rows = np.empty((steps, 4))
    Is, Id = np.empty(2 * N), np.empty(2 * N)
    began = clock()
    for k in range(steps):
        rate, gain = target(k * DT)
        # What reaches somata and dendrites.
        u = rng.random((4, 2 * N))
        Is[:] = 2000.0 * ((u[0] < 0.15).astype(float) - (u[1] < 0.15))
        Id[:] = 4000 / 3 * ((u[2] < 0.3).astype(float) - (u[3] < 0.3)) - 10
        Is[inp] += 200 * W + 50 - 143 * p[0]
        Is[out] += 220 * events[0] + 50 - 143 * p[1]
        Id[inp] += 924 * before[1] - 924 * P_B * before[0]
        Id[out] += 42 - 1.71 * events[1] / (N * DT) + gain * (rate - e[1])
        before = [events[1], bursts[1]]
        # Neurons.
        s = 1 / (1 + np.exp(-(Vd + 38) / 6))
        Vs += DT * 1e3 / 370 * (-370 / 16 * (Vs + 70) + 1300 * s + Is - ws)
        theta += DT / 0.027 * (-50 - theta)
        S = Vs >= theta
        Vs[S] = -70
        theta[S] += 2
        ws *= 1 - DT / 0.1
        ws[S] += 200 * DT
        K = spiked[0].astype(float) + spiked[1]
        Vd += DT * 1e3 / 170 * (-170 / 7 * (Vd + 70) + 1200 * s + 2600 * K + Id - wd)
        wd += DT / 0.03 * (13 * (Vd + 70) - wd)
        spiked = [S, spiked[0]]
        # Events and bursts.
        near = S & (k - last <= 16)
        event, burst = S & ~near, near & ~in_burst
        in_burst = (in_burst & ~event) | burst
        last[S] = k
        W = np.where(event[inp], np.maximum(W - 0.046 * P_B, 0), W)
        W = np.where(burst[inp], np.minimum(W + 0.046, 1.5), W)
        events = [np.count_nonzero(event[inp]), np.count_nonzero(event[out])]
        bursts = [np.count_nonzero(burst[inp]), np.count_nonzero(burst[out])]
        e += DT * (np.array(events) / (N * DT) - e)
        b += DT * (np.array(bursts) / (N * DT) - b)
        p = np.where(e > 0, b / np.maximum(e, 1e-300), P_B)
        rows[k] = events[0] / (N * DT), W.mean(), events[1] / (N * DT), bursts[1] / (N * DT)
    return since(began), [rows[round(a / DT):round(z / DT)].mean(0).tolist() for a, z in WINDOWS if z <= seconds]


def prepare_brian(target_language, seconds):
    import brian2 as b2
    import numpy as np
    from brian2 import mV, ms, nS, pA, pF, second, Hz

    folder = tempfile.mkdtemp(prefix="burstsim-brian")
    standalone = target_language == "standalone"
    if standalone:
        b2.set_device("cpp_standalone", directory=folder, build_on_run=False)
    else:
        b2.prefs.codegen.target = target_language
    b2.defaultclock.dt = DT * second
    steps = round(seconds / DT)
    teaching = np.array([target(k * DT) for k in range(steps)])
    rate = b2.TimedArray(teaching[:, 0] * Hz, dt=DT * second)
    gain = b2.TimedArray(teaching[:, 1] * pA / Hz, dt=DT * second)
    # Averages of the ensembles, and what they did in the last step.
    average = b2.NeuronGroup(2, """dre/dt = -re/second : Hz
                                   drb/dt = -rb/second : Hz
                                   now : Hz""", method="euler")
    average.run_regularly("now = 0*Hz", when="before_thresholds")
    cells = """
        s = 1/(1 + exp(-(Vd + 38*mV)/(6*mV))) : 1
        dVs/dt = (-(370*pF/(16*ms))*(Vs + 70*mV) + 1300*pA*s + Is + Es + drive - ws)/(370*pF) : volt
        dtheta/dt = (-50*mV - theta)/(27*ms) : volt
        dws/dt = -ws/(100*ms) : amp
        dVd/dt = (-(170*pF/(7*ms))*(Vd + 70*mV) + 1200*pA*s + 2600*pA*int(t - last < 2.5*ms) + Id + Ed + control - wd)/(170*pF) : volt
        wd : amp
        Is : amp
        Id : amp
        Es : amp
        Ed : amp
        last : second
        in_burst : 1
        re : Hz (linked)
        rb : Hz (linked)
        p = int(re > 0*Hz)*rb/(re + 1e-300*Hz) + int(re <= 0*Hz)*0.375 : 1
    """
    inputs = cells + """
        W : 1
        drive = 200*pA*W + 50*pA - 143*pA*p : amp
        control = 0*pA : amp
    """
    outputs = cells + """
        now : Hz (linked)
        drive = 50*pA - 143*pA*p : amp
        control = 42*pA - 1.71*pA/Hz*now + gain(t)*(rate(t) - re) : amp
    """
    near = "t - last < 16.5*ms"
    reset = """
        Vs = -70*mV
        theta += 2*mV
        ws += 0.2*pA
        in_burst = int(t - last < 16.5*ms)
        last = t
    """
    learn = """
        W = clip(W - 0.01725*int(t - last >= 16.5*ms) + 0.046*int(t - last < 16.5*ms)*int(in_burst < 0.5), 0, 1.5)
    """
    group = {}
    for k, (name, equations) in enumerate([("input", inputs), ("output", outputs)]):
        g = b2.NeuronGroup(N, equations, threshold="Vs >= theta", reset=(learn if k == 0 else "") + reset, method="euler", name=name,
                           events={"first": f"Vs >= theta and not ({near})", "second": f"Vs >= theta and {near} and in_burst < 0.5"})
        g.Vs, g.Vd, g.theta, g.last = -70 * mV, -70 * mV, -50 * mV, -1e6 * second
        g.re, g.rb = b2.linked_var(average, "re", index=np.full(N, k)), b2.linked_var(average, "rb", index=np.full(N, k))
        # Noise, and currents of synapses, which last one step.
        g.run_regularly("""up = rand()
                           down = rand()
                           more = rand()
                           less = rand()
                           Is = 2000*pA*(int(up < 0.15) - int(down < 0.15))
                           Id = 1333.3333333333333*pA*(int(more < 0.3) - int(less < 0.3)) - 10*pA""", when="start")
        # Adaptation follows the new potential.
        g.run_regularly("wd += dt/(30*ms)*(13*nS*(Vd + 70*mV) - wd)", when="after_groups")
        g.run_regularly("Es = 0*pA\nEd = 0*pA", when="before_synapses")
        group[name] = g
    group["input"].W = 0.4
    group["output"].now = b2.linked_var(average, "now", index=np.full(N, 1))
    objects = [average, *group.values()]

    # A spike of a step acts in the next one anyway: delays are one step less.
    for source, to, event, code, delay in [
        ("input", "output", "first", "Es_post += 220*pA", 0),
        ("output", "input", "first", "Ed_post -= 346.5*pA", 1),
        ("output", "input", "second", "Ed_post += 924*pA", 1),
    ]:
        c = b2.Synapses(group[source], group[to], on_pre={"pre": code}, on_event={"pre": event}, delay=delay * ms)
        c.connect()
        objects.append(c)
    for k, name in enumerate(group):
        for event, code in [("first", "re_post += 1/(100*second); now_post += 1/(100*ms)"), ("second", "rb_post += 1/(100*second)")]:
            c = b2.Synapses(group[name], average, on_pre={"pre": code}, on_event={"pre": event})
            c.connect(i=np.arange(N), j=k)
            objects.append(c)
    names = {"rate": rate, "gain": gain}
    rates = b2.StateMonitor(average, "now", record=True, when="end")
    weights = b2.StateMonitor(group["input"], "W", record=True, dt=100 * ms)
    bursts = b2.EventMonitor(group["output"], "second")
    net = b2.Network(*objects, rates, weights, bursts)
    if standalone:
        net.run(seconds * second, namespace=names)
        b2.device.build(directory=folder, compile=True, run=False, debug=False)
    else:
        net.run(1 * ms, namespace=names)  # compiles
        net.store()

    def simulate():
        if standalone:
            began = clock()
            b2.device.run(folder, with_output=False, run_args=[])
            took = since(began)
        else:
            net.restore()
            began = clock()
            net.run(1 * ms, namespace=names)
            overhead = since(began)  # of any run
            began = clock()
            net.run((seconds - 0.002) * second, namespace=names)
            took = [t - o for t, o in zip(since(began), overhead)]
        now, w, t = rates.now / Hz, weights.W.mean(0), bursts.t / second
        means = []
        for a, z in WINDOWS:
            if z <= seconds:
                e = now[:, round(a / DT):round(z / DT)].mean(1)
                means.append([e[0], w[a * 10:z * 10].mean(), e[1], ((t >= a) & (t < z)).sum() / (N * (z - a))])
        return took, [[float(x) for x in row] for row in means]

    return simulate


def serve(how):
    """A simulation for each line of standard input."""
    seconds = 10 if how in ("brian-numpy", "brian-cython") else 100
    if how == "numpy":
        simulate = lambda: simulate_numpy(time.time_ns(), seconds)
    else:
        simulate = prepare_brian(how.split("-")[1], seconds)
    print(json.dumps({"ready": how}), flush=True)
    for _ in sys.stdin:
        took, means = simulate()
        print(json.dumps({"took": [t / seconds for t in took], "means": means}), flush=True)


class Peer:
    def __init__(self, how):
        self.process = subprocess.Popen([sys.executable, "-W", "ignore", __file__, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def hear(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        sys.exit("a peer ended: is its library there? scripts/python.sh installs them")

    def turn(self, _):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = self.hear()
        return answer["took"], answer["means"]


class Burstsim:
    def __init__(self, program):
        self.program = program
        self.file = os.path.join(os.path.dirname(__file__), "..", "..", "examples", "spiking_burstccn.toml")

    def turn(self, seed):
        with tempfile.TemporaryDirectory(prefix="burstsim-peers") as folder:
            run = os.path.join(folder, "run")
            began = clock()
            subprocess.run([self.program, "run", self.file, "--seed", str(seed), "--out", run, "-q", "--set", "plots.figures=[]"], check=True, stdout=subprocess.DEVNULL)
            took = since(began)
            with open(os.path.join(run, "metrics.csv")) as f:
                rows = list(csv.DictReader(f))
        means = []
        for a, z in WINDOWS:
            inside = [r for r in rows if a < float(r["time"]) <= z]
            means.append([statistics.mean(float(r["spiking." + c]) for r in inside) for c in ("event_rate_input", "weight_W_1", "event_rate_output", "burst_rate_output")])
        return [t / 100 for t in took], means


def compare(program, peers, turns):
    sides = {"burstsim": Burstsim(program)}
    sides.update((how, Peer(how)) for how in peers)
    for name in peers:
        sides[name].hear()  # that it is ready
    took, means = {name: [] for name in sides}, {name: [] for name in sides}
    load = open("/proc/loadavg").read().split()[:3] if os.path.exists("/proc/loadavg") else []
    for turn in range(turns):
        for name in reversed(sides):
            t, m = sides[name].turn(turn + 1)
            took[name].append(t)
            means[name].append(m)
    print("turns:", turns, " load before:", *load)
    print(f"{'ms for a simulated second':26}{'clock':>10}{'x':>8}{'processor':>12}{'x':>8}")
    own = [min(t[i] for t in took["burstsim"]) for i in (0, 1)]
    for name in sides:
        best = [min(t[i] for t in took[name]) for i in (0, 1)]
        print(f"{name:26}{1e3 * best[0]:10.2f}{best[0] / own[0]:8.1f}{1e3 * best[1]:12.2f}{best[1] / own[1]:8.1f}")
    print()
    print("mean (sd) over turns        event rate in    weight       event rate out   burst rate out")
    for k, (a, z) in enumerate(WINDOWS):
        for name in sides:
            if len(means[name][0]) > k:
                cells = []
                for i in range(4):
                    values = [m[k][i] for m in means[name]]
                    cells.append(f"{statistics.mean(values):7.3f} ({statistics.stdev(values) if turns > 1 else 0:.3f})")
                print(f"{a:3}-{z:3} s {name:18}" + "  ".join(cells))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = ["numpy", "brian-numpy", "brian-cython", "brian-standalone"]
    parser.add_argument("how", choices=["compare", *kinds])
    parser.add_argument("--program", default="burstsim")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--peers", default=",".join(kinds))
    args = parser.parse_args()
    if args.how != "compare":
        return serve(args.how)
    return compare(args.program, args.peers.split(","), args.turns)


if __name__ == "__main__":
    sys.exit(main())
