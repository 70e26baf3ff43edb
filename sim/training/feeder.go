package training

import "burstsim/sim"

// feeder prepares batches while others are computed.
type feeder[F sim.Float] struct {
	full, empty chan batch[F]
	quit, over  chan struct{}
}

type batch[F sim.Float] struct {
	inputs, targets []F
	indices         []int
}

func newFeeder[F sim.Float](set Examples[F], net *sim.State[F], order []int, epoch int) *feeder[F] {
	const ahead = 2
	f := &feeder[F]{full: make(chan batch[F], ahead), empty: make(chan batch[F], ahead), quit: make(chan struct{}), over: make(chan struct{})}
	for range ahead {
		f.empty <- batch[F]{inputs: make([]F, len(net.Input())), targets: make([]F, len(net.Target()))}
	}
	rows := net.Rows()
	go func() {
		defer close(f.over)
		for from := 0; from < len(order); from += rows {
			select {
			case b := <-f.empty:
				b.indices = order[from : from+rows]
				set.Fill(b.inputs, b.targets, b.indices, epoch)
				f.full <- b
			case <-f.quit:
				return
			}
		}
	}()
	return f
}

// next copies the next batch to where the network wants it.
func (f *feeder[F]) next(inputs, targets []F) (indices []int) {
	b := <-f.full
	copy(inputs, b.inputs)
	copy(targets, b.targets)
	f.empty <- b
	return b.indices
}

// stop ends the preparation; batches that were prepared are dropped. The set is
// not used any more when it returns.
func (f *feeder[F]) stop() {
	close(f.quit)
	<-f.over
}
