package arrayfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"burstsim/internal/regular"
)

// Read reads numbers from a file that a user has: NumPy's format (.npy) with any
// type of number or truth values, or text (.csv) with numbers between commas, a
// line a row, and lines that begin with #, which are passed over. It returns them
// in row-major order, and the file's SHA-256 as 64 hexadecimal digits. Errors
// begin with the path.
func Read(path string) (shape []int, numbers []float64, sum string, err error) {
	content, err := regular.ReadFile(path)
	if err == nil {
		switch ext := strings.ToLower(filepath.Ext(path)); ext {
		case ".npy":
			shape, numbers, err = fromNumPy(content)
		case ".csv":
			shape, numbers, err = fromText(content)
		default:
			err = fmt.Errorf("has the ending %q, expected .npy or .csv", ext)
		}
	}
	var reading *fs.PathError
	switch {
	case errors.As(err, &reading):
		return nil, nil, "", fmt.Errorf("%s cannot be read: %w, expected a file of numbers (.npy or .csv)", path, reading.Err)
	case err != nil:
		return nil, nil, "", fmt.Errorf("%s: %w", path, err)
	}
	hash := sha256.Sum256(content)
	return shape, numbers, hex.EncodeToString(hash[:]), nil
}

func fromNumPy(content []byte) (shape []int, numbers []float64, err error) {
	a, err := parse(content)
	if err != nil {
		return nil, nil, err
	}
	size, known := sizes[a.Type]
	switch {
	case !known:
		return nil, nil, fmt.Errorf("array of type %q, expected numbers or truth values", a.Type)
	case !fills(a.Shape, size, len(a.Data)):
		return nil, nil, fmt.Errorf("array of shape %v has %d bytes", a.Shape, len(a.Data))
	case a.columns && len(a.Shape) > 2:
		return nil, nil, errors.New("array in column-major order, expected row-major (numpy.ascontiguousarray)")
	}
	numbers = make([]float64, len(a.Data)/size)
	for i := range numbers {
		numbers[i] = item(a.Type, a.Data[i*size:][:size])
	}
	if a.columns && len(a.Shape) == 2 {
		rows, columns := a.Shape[0], a.Shape[1]
		turned := make([]float64, len(numbers))
		for i := range rows {
			for j := range columns {
				turned[i*columns+j] = numbers[j*rows+i]
			}
		}
		numbers = turned
	}
	for i, x := range numbers {
		if x-x != 0 {
			return nil, nil, fmt.Errorf("number %d of %d is %v, expected finite numbers", i+1, len(numbers), x)
		}
	}
	return a.Shape, numbers, nil
}

// item is a number of a type.
func item(kind string, b []byte) float64 {
	var wide uint64
	for i, v := range b {
		wide |= uint64(v) << (8 * i)
	}
	switch kind[1] {
	case 'f':
		if len(b) == 4 {
			return float64(math.Float32frombits(uint32(wide)))
		}
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	case 'i':
		shift := 64 - 8*len(b)
		return float64(int64(wide<<shift) >> shift)
	}
	return float64(wide)
}

func fromText(content []byte) (shape []int, numbers []float64, err error) {
	r := csv.NewReader(bytes.NewReader(content))
	r.Comment, r.TrimLeadingSpace, r.ReuseRecord, r.FieldsPerRecord = '#', true, true, -1
	columns, rows := 0, 0
	for {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, nil, fmt.Errorf("line %d: %w", wrong.Line, wrong.Err)
		}
		line, _ := r.FieldPos(0)
		if rows++; rows == 1 {
			columns = len(record)
		}
		if len(record) != columns {
			return nil, nil, fmt.Errorf("line %d has %d numbers, expected %d as the first has", line, len(record), columns)
		}
		for j, text := range record {
			x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil || x-x != 0 {
				return nil, nil, fmt.Errorf("line %d, column %d: %.40q, expected a number", line, j+1, text)
			}
			numbers = append(numbers, x)
		}
	}
	if rows == 0 {
		return nil, nil, errors.New("has no numbers")
	}
	return []int{rows, columns}, numbers, nil
}
