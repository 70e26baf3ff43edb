package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// described is an array as the header describes it, not checked against
// anything yet. Offsets count from the start of the data.
type described struct {
	Info
	begin, end uint64
}

type header struct {
	metadata map[string]string
	tensors  []described
}

// decodeHeader reads the JSON of a header. It goes token by token, because the
// format allows no key to appear twice and decoding into a map would hide it.
func decodeHeader(text []byte) (*header, error) {
	if len(text) == 0 || text[0] != '{' {
		return nil, errors.New("header does not begin with {: not a safetensors file")
	}
	if !utf8.Valid(text) {
		return nil, errors.New("header is not UTF-8")
	}
	d := &headerDecoder{json.NewDecoder(bytes.NewReader(text))}
	d.UseNumber()
	h := &header{metadata: map[string]string{}}
	err := d.object(func(key string) error {
		if key == metadataKey {
			return d.metadata(h.metadata)
		}
		t, err := d.tensor(key)
		h.tensors = append(h.tensors, t)
		return err
	})
	if err != nil {
		return nil, headerError(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("header goes on after its end, expected nothing but spaces")
	}
	return h, nil
}

// headerError says where invalid JSON is.
func headerError(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("header is not JSON: %w at byte %d", err, syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("header is not JSON: it ends too early")
	}
	return err
}

type headerDecoder struct{ *json.Decoder }

// object reads a JSON object; field reads the value of each key, none of which
// appears twice.
func (d *headerDecoder) object(field func(key string) error) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	return d.fields(token, field)
}

// fields is object behind its first token.
func (d *headerDecoder) fields(first json.Token, field func(key string) error) error {
	if first != json.Delim('{') {
		return fmt.Errorf("%s in the header, expected an object", shown(first))
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string) // the decoder admits nothing else here
		if seen[key] {
			return fmt.Errorf("key %s appears twice in the header", shown(key))
		}
		seen[key] = true
		if err := field(key); err != nil {
			return err
		}
	}
	return d.delim('}', "its end")
}

func (d *headerDecoder) delim(want json.Delim, what string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("%s in the header, expected %s", shown(token), what)
	}
	return nil
}

// shown is a token as it may stand in an error.
func shown(token json.Token) string {
	s := fmt.Sprint(token)
	if runes := []rune(s); len(runes) > maxShown {
		s = string(runes[:maxShown]) + "..."
	}
	return strconv.Quote(s)
}

// metadata may be null, which the format's own readers take for none.
func (d *headerDecoder) metadata(into map[string]string) error {
	token, err := d.Token()
	if err != nil || token == nil {
		return err
	}
	return d.fields(token, func(key string) error {
		value, err := d.text()
		into[key] = value
		return err
	})
}

func (d *headerDecoder) text() (string, error) {
	token, err := d.Token()
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("%s in the header, expected text", shown(token))
	}
	return s, nil
}

func (d *headerDecoder) tensor(name string) (described, error) {
	t := described{Info: Info{Name: name, Shape: []int{}}}
	fields := 0
	err := d.object(func(key string) error {
		fields++
		switch key {
		case "dtype":
			text, err := d.text()
			t.DType = DType(text)
			if err == nil && itemBits[t.DType] == 0 {
				err = fmt.Errorf("type %s, which the format does not have", shown(text))
			}
			return err
		case "shape":
			return d.numbers(func(n uint64) error {
				if int64(n) < 0 || uint64(int(n)) != n {
					return fmt.Errorf("a dimension of %d, expected one that memory can hold", n)
				}
				t.Shape = append(t.Shape, int(n))
				return nil
			})
		case "data_offsets":
			offsets := make([]uint64, 0, 2)
			err := d.numbers(func(n uint64) error {
				if len(offsets) == 2 {
					return errors.New("more than two data_offsets")
				}
				offsets = append(offsets, n)
				return nil
			})
			if err == nil && len(offsets) != 2 {
				err = fmt.Errorf("%d data_offsets, expected two", len(offsets))
			}
			if err == nil {
				t.begin, t.end = offsets[0], offsets[1]
			}
			return err
		}
		return fmt.Errorf("key %s, expected dtype, shape and data_offsets", shown(key))
	})
	if err == nil && fields != 3 {
		err = fmt.Errorf("%d keys, expected dtype, shape and data_offsets", fields)
	}
	var syntax *json.SyntaxError
	if err == nil || errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return t, err
	}
	return t, tensorError(name, "%v", err)
}

// numbers reads a JSON array of integers from 0 on.
func (d *headerDecoder) numbers(use func(uint64) error) error {
	if err := d.delim('[', "a list of numbers"); err != nil {
		return err
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		number, _ := token.(json.Number)
		n, err := strconv.ParseUint(number.String(), 10, 64)
		if err != nil {
			return fmt.Errorf("%s in a list, expected an integer of at least 0", shown(token))
		}
		if err := use(n); err != nil {
			return err
		}
	}
	return d.delim(']', "the end of a list")
}
