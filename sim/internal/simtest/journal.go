package simtest

import (
	"encoding"
	"errors"
	"reflect"

	"burstsim/sim"
	"burstsim/sim/record"
)

// Journal is a journal in memory. Its state is a copy of all values.
type Journal struct {
	rows  map[string]*record.Memory
	state map[string]reflect.Value
	kept  map[string]int // rows at the last checkpoint
}

func NewJournal() *Journal { return &Journal{rows: map[string]*record.Memory{}} }

func (m *Journal) Rows(name string, layout record.Layout) (record.Rows, error) {
	if m.rows[name] == nil {
		m.rows[name] = &record.Memory{Width: layout.Width()}
	}
	return m.rows[name], nil
}

func (m *Journal) Due(float64) bool { return false }

func (m *Journal) Save(_ float64, state func(sim.Visit)) error {
	var failed error
	m.state, m.kept = map[string]reflect.Value{}, map[string]int{}
	state(func(name string, ref any) {
		v := reflect.ValueOf(ref)
		if b, ok := ref.(encoding.BinaryMarshaler); ok {
			raw, err := b.MarshalBinary()
			failed = errors.Join(failed, err)
			m.state[name] = reflect.ValueOf(raw)
		} else if v.Kind() == reflect.Slice {
			m.state[name] = reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v)
		} else {
			m.state[name] = reflect.ValueOf(v.Elem().Interface())
		}
	})
	for name, r := range m.rows {
		m.kept[name] = r.Len()
	}
	return failed
}

func (m *Journal) Restore(state func(sim.Visit)) (bool, error) {
	if m.state == nil {
		return false, nil
	}
	var failed error
	state(func(name string, ref any) {
		v := reflect.ValueOf(ref)
		if b, ok := ref.(encoding.BinaryUnmarshaler); ok {
			failed = errors.Join(failed, b.UnmarshalBinary(m.state[name].Bytes()))
		} else if v.Kind() == reflect.Slice {
			reflect.Copy(v, m.state[name])
		} else {
			v.Elem().Set(m.state[name])
		}
	})
	for name, n := range m.kept {
		if m.rows[name].Len() != n {
			return false, errors.New("rows behind the checkpoint")
		}
	}
	return true, failed
}
