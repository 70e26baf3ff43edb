package arrayfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// reader reads the text from its beginning.
func (f *File) reader() *csv.Reader {
	r := csv.NewReader(bufio.NewReaderSize(io.NewSectionReader(f.file, 0, f.size), piece))
	r.Comment, r.TrimLeadingSpace, r.ReuseRecord, r.FieldsPerRecord = '#', true, true, -1
	return r
}

// next reads a line; io.EOF says that there is none.
func next(r *csv.Reader) (record []string, line int, err error) {
	record, err = r.Read()
	var wrong *csv.ParseError
	switch {
	case errors.As(err, &wrong):
		return nil, 0, fmt.Errorf("line %d: %w", wrong.Line, wrong.Err)
	case err != nil:
		return nil, 0, err
	}
	line, _ = r.FieldPos(0)
	return record, line, nil
}

// number is what stands in a field.
func number(field string) (float64, error) {
	return strconv.ParseFloat(strings.TrimSpace(field), 64)
}

// readNames finds out what the columns are called: a first line in which nothing
// is a number has names.
func (f *File) readNames() error {
	record, line, err := next(f.reader())
	switch {
	case err == io.EOF:
		return errors.New("has no numbers")
	case err != nil:
		return err
	}
	named := !slices.ContainsFunc(record, func(field string) bool {
		_, err := number(field)
		return err == nil
	})
	for j, field := range record {
		name := strconv.Itoa(j + 1)
		if named {
			name = strings.TrimSpace(strings.TrimPrefix(field, "\ufeff")) // which spreadsheets put first
			f.begin = 1
		}
		switch {
		case name == "":
			return fmt.Errorf("line %d does not name column %d, expected a name or a number for each", line, j+1)
		case slices.Contains(f.names, name):
			return fmt.Errorf("line %d names two columns %.40q, expected different names", line, name)
		}
		f.names = append(f.names, name)
	}
	return nil
}

// column is the place of a column of this name, or number from 1.
func (f *File) column(name string) (int, error) {
	if j := slices.Index(f.names, name); j >= 0 {
		return j, nil
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(f.names) {
		return n - 1, nil
	}
	return 0, fmt.Errorf("has no column %.60q, expected one of %s", name, Listed(f.names))
}

// Others are the columns of a text that are not among these, which may be numbers
// from 1. What is no column is passed over.
func (f *File) Others(names []string) []string {
	among := make([]bool, len(f.names))
	for _, name := range names {
		if j, err := f.column(name); err == nil {
			among[j] = true
		}
	}
	var others []string
	for j, name := range f.names {
		if !among[j] {
			others = append(others, name)
		}
	}
	return others
}

// lines reads columns of a text.
func (f *File) lines(names []string) (*Table, error) {
	var chosen []int
	for _, name := range names {
		j, err := f.column(name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, j)
	}
	if len(chosen) == 0 {
		return nil, errors.New("no column is asked for")
	}
	most, err := f.breaks()
	if err != nil {
		return nil, err
	}
	t, err := newTable(most+1, len(chosen), false)
	if err != nil {
		return nil, err
	}
	rows, r := 0, f.reader()
	for n := -f.begin; ; n++ {
		record, line, err := next(r)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(record) != len(f.names) {
			return nil, fmt.Errorf("line %d has %d numbers, expected %d as the first has", line, len(record), len(f.names))
		}
		if n < 0 {
			continue
		}
		for k, j := range chosen {
			x, err := number(record[j])
			if err != nil || x-x != 0 {
				return nil, fmt.Errorf("line %d, column %s: %.40q, expected a finite number", line, f.called(j), record[j])
			}
			t.set(rows, k, x)
		}
		rows++
	}
	if rows == 0 {
		return nil, errors.New("has no numbers")
	}
	t.rows, t.wide = rows, t.wide[:rows*len(chosen)]
	return t, nil
}

// called is a column as a message has it.
func (f *File) called(j int) string {
	if f.begin > 0 {
		return fmt.Sprintf("%d (%.40q)", j+1, f.names[j])
	}
	return strconv.Itoa(j + 1)
}

// breaks is how many lines end, of which each row needs one but the last: what is
// allocated need not grow.
func (f *File) breaks() (n int, err error) {
	r := io.NewSectionReader(f.file, 0, f.size)
	block := make([]byte, piece)
	for {
		k, err := r.Read(block)
		n += bytes.Count(block[:k], []byte("\n"))
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
	}
}
