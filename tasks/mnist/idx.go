package mnist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"burstsim/internal/memory"
)

// An idx file is two zero bytes, the type of its elements, the number of its
// dimensions, each dimension as a big-endian 32-bit number, and the elements.
// Ours are bytes (type 8): images have three dimensions, labels have one.
const bytesType = 8

// trusted is how many elements there is room for on the word of a header: those
// of MNIST, and a little more.
const trusted = 64 << 20

// elementTypes are those of the format.
var elementTypes = map[byte]string{
	8: "unsigned bytes", 9: "signed bytes", 11: "16-bit integers", 12: "32-bit integers",
	13: "32-bit floats", 14: "64-bit floats",
}

// parse returns the dimensions and the elements of an idx file of bytes. What
// the header claims is compared with what this machine can hold before more is
// read, which a small compressed file could make large, and memory grows with
// what is there, not with the claim. Nothing may follow the elements.
func parse(r io.Reader, dimensions int) (sizes []int, elements []byte, err error) {
	header := make([]byte, 4+4*dimensions)
	n, err := io.ReadFull(r, header)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil, err
	}
	if n >= 4 {
		if err := checkMagic([4]byte(header), dimensions); err != nil {
			return nil, nil, err
		}
	}
	if n < len(header) {
		return nil, nil, fmt.Errorf("%d bytes, expected an idx header of %d", n, len(header))
	}
	claim := claimed(header[4:])
	total := 1.0
	for d := range dimensions {
		size := binary.BigEndian.Uint32(header[4+4*d:])
		sizes = append(sizes, int(size))
		total *= float64(size)
	}
	if err := memory.Check(claim+" elements", total); err != nil {
		return nil, nil, err
	}
	var content bytes.Buffer
	content.Grow(int(min(total, trusted)) + bytes.MinRead)
	// One more than claimed, so that what follows is seen.
	if _, err := content.ReadFrom(io.LimitReader(r, int64(total)+1)); err != nil {
		return nil, nil, err
	}
	switch there := int64(content.Len()); {
	case total == 0, there < int64(total):
		return nil, nil, fmt.Errorf("the header says %s elements, but there are %d", claim, there)
	case there > int64(total):
		return nil, nil, fmt.Errorf("the header says %s elements, but there are more", claim)
	}
	return sizes, content.Bytes(), nil
}

// checkMagic says what a file is that is no idx file of bytes.
func checkMagic(got [4]byte, dimensions int) error {
	want := [4]byte{0, 0, bytesType, byte(dimensions)}
	if got == want {
		return nil
	}
	what := "something else"
	if kind, ok := elementTypes[got[2]]; ok && got[0] == 0 && got[1] == 0 {
		what = fmt.Sprintf("an idx file of %s with dimension %d", kind, got[3])
	}
	return fmt.Errorf("starts with % x, %s, expected % x: an idx file of unsigned bytes with dimension %d", got, what, want, dimensions)
}

// claimed writes dimensions as "2 x 28 x 28".
func claimed(header []byte) string {
	text := ""
	for ; len(header) > 0; header = header[4:] {
		if text != "" {
			text += " x "
		}
		text += fmt.Sprint(binary.BigEndian.Uint32(header))
	}
	return text
}
