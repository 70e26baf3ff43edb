// Package arrayfile reads and writes arrays of numbers: the NumPy formats, and text
// with commas.
package arrayfile

import "fmt"

// Read reads the numbers of an .npy or .csv file that a user has, as [Open] says.
// It returns them in row-major order, and the file's SHA-256 as 64 hexadecimal
// digits. Errors begin with the path.
func Read(path string) (shape []int, numbers []float64, sum string, err error) {
	f, err := Open(path)
	if err != nil {
		return nil, nil, "", err
	}
	defer f.Close()
	if f.zip != nil {
		return nil, nil, "", fmt.Errorf("%s: has the ending \".npz\", expected .npy or .csv", path)
	}
	t, err := f.Table(f.names...)
	if err != nil {
		return nil, nil, "", err
	}
	if !f.text {
		a, err := f.array("")
		if err != nil {
			return nil, nil, "", f.wrap(err)
		}
		shape = a.header.shape
	} else {
		shape = []int{t.rows, t.columns}
	}
	numbers = t.wide
	if numbers == nil {
		numbers = make([]float64, len(t.narrow))
		for i, x := range t.narrow {
			numbers[i] = float64(x)
		}
	}
	sum, err = f.Sum()
	return shape, numbers, sum, err
}
