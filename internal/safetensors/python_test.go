package safetensors_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"burstsim/internal/safetensors"
)

// python is an interpreter that has these modules.
func python(t *testing.T, module string) string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import "+module).Run() == nil {
			return name
		}
	}
	t.Skipf("no python3 with %s here: TestLayout and TestReadErrors have checked the format", module)
	return ""
}

// load reads a file in the few lines that NumPy needs for it.
const load = `
import json, sys, numpy as np
def load(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        data = f.read()
    kinds = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U64": "<u8", "U8": "u1"}
    return {k: np.frombuffer(data[slice(*v["data_offsets"])], kinds[v["dtype"]]).reshape(v["shape"])
            for k, v in header.items() if k != "__metadata__"}, header.get("__metadata__", {})
`

// save writes a file as a program that has only NumPy would.
const save = `
def save(path, arrays):
    header, data = {"__metadata__": {"by": "numpy"}}, b""
    for k, v in arrays.items():
        begin, data = len(data), data + np.ascontiguousarray(v).tobytes()
        header[k] = {"dtype": {"f4": "F32", "f8": "F64"}[v.dtype.str[1:]], "shape": list(v.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text + data)
`

func script(t *testing.T, interpreter, text string, args ...string) {
	t.Helper()
	if out, err := exec.Command(interpreter, append([]string{"-c", text}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func exampleFile(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	if err := os.WriteFile(path, example(t), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestNumPy lets NumPy read what Write writes, and Read what NumPy writes.
func TestNumPy(t *testing.T) {
	interpreter := python(t, "numpy")
	saved := filepath.Join(t.TempDir(), "saved.safetensors")
	script(t, interpreter, load+save+`
a, metadata = load(sys.argv[1])
assert metadata == {"model": "burstccn", "label": 'two "phases" <ü>'}, metadata
assert a["W1"].shape == (2, 3) and a["W1"].dtype == np.float64
assert np.isnan(a["W1"][0, 1]) and a["W1"][1, 2] == np.pi and a["W1"][1, 1] == 5e-324, a["W1"]
assert a["step"].shape == () and a["step"] == -2**63, a["step"]
assert a["stream"].tolist() == [[2**64 - 1, 0]] and a["bytes"].tolist() == [1, 2, 255]
assert (a["wide"] == np.arange(100001)).all() and a["nothing"].shape == (4, 0)
save(sys.argv[2], {"W1": np.arange(6.0).reshape(2, 3), "c1": np.array([0.1, 0.2], np.float32)})
`, exampleFile(t), saved)
	content, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	f := read(t, content)
	w, shape, err := safetensors.Floats[float64](f, "W1")
	if err != nil || !slices.Equal(w, []float64{0, 1, 2, 3, 4, 5}) || !slices.Equal(shape, []int{2, 3}) {
		t.Errorf("W1: %v of %v, %v", w, shape, err)
	}
	c, _, err := safetensors.Floats[float32](f, "c1")
	if err != nil || !slices.Equal(c, []float32{0.1, 0.2}) || f.Metadata["by"] != "numpy" {
		t.Errorf("c1: %v, %v, metadata %v", c, err, f.Metadata)
	}
}

// TestTorch lets PyTorch read the data in place, which needs them aligned.
func TestTorch(t *testing.T) {
	script(t, python(t, "torch"), `
import json, sys, torch
with open(sys.argv[1], "rb") as f:
    header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
    data = bytearray(f.read())
kinds = {"F32": torch.float32, "F64": torch.float64}
a = {k: torch.frombuffer(data, dtype=kinds[v["dtype"]], offset=v["data_offsets"][0],
                         count=torch.Size(v["shape"]).numel()).reshape(v["shape"])
     for k, v in header.items() if v.get("dtype") in kinds and 0 not in v["shape"]}
assert a["W1"].shape == (2, 3) and a["W1"].dtype == torch.float64, a["W1"]
assert a["W1"][1, 2] == torch.pi and a["wide"][-1] == 100000, a
layer = torch.nn.Linear(3, 2, dtype=torch.float64)
layer.load_state_dict({"weight": a["W1"], "bias": torch.zeros(2, dtype=torch.float64)})
`, exampleFile(t))
}
