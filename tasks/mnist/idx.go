package mnist

import (
	"encoding/binary"
	"fmt"
)

// An idx file is two zero bytes, the type of its elements, the number of its
// dimensions, each dimension as a big-endian 32-bit number, and the elements.
// Ours are bytes (type 8): images have three dimensions, labels have one.
const bytesType = 8

// parse returns the dimensions and the elements of an idx file of bytes. The
// elements are the rest of content, whatever the header claims, or it is an
// error.
func parse(content []byte, dimensions int) (sizes []int, elements []byte, err error) {
	header := 4 + 4*dimensions
	if len(content) < header {
		return nil, nil, fmt.Errorf("%d bytes, expected an idx header of %d", len(content), header)
	}
	want := [4]byte{0, 0, bytesType, byte(dimensions)}
	if got := [4]byte(content); got != want {
		return nil, nil, fmt.Errorf("starts with % x, expected % x: an idx file of bytes with dimension %d", got, want, dimensions)
	}
	elements = content[header:]
	total := uint64(1)
	for d := range dimensions {
		size := binary.BigEndian.Uint32(content[4+4*d:])
		sizes = append(sizes, int(size))
		// total is at most len(elements) here, so that this does not overflow.
		total *= uint64(size)
		if size == 0 || total > uint64(len(elements)) {
			return nil, nil, fmt.Errorf("the header says %v elements, but there are %d", claimed(content[4:header]), len(elements))
		}
	}
	if total != uint64(len(elements)) {
		return nil, nil, fmt.Errorf("the header says %v elements, but there are %d", claimed(content[4:header]), len(elements))
	}
	return sizes, elements, nil
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
