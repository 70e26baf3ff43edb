package main

import "io"

// printed passes on what runs print and keeps the first error: that nobody
// reads on, or that there is no room, must not stop a run.
type printed struct {
	to  io.Writer
	err error
}

func (o *printed) Write(text []byte) (int, error) {
	if o.err == nil {
		_, o.err = o.to.Write(text)
	}
	return len(text), nil
}
