// Package crew computes the parts of a job on several processors. Parts do not
// share what they write, so that it does not matter which processor takes which
// part: a result has the same bits on any number of them.
//
// The goroutines that help stay awake for a moment after a job, since another
// mostly follows within microseconds, and waking a processor takes longer than a
// small job is worth. Then they sleep until there is one.
package crew

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A Job is work in parts. The zero value is not ready: see [Job.Init].
type Job struct {
	part   func(i int)
	shares []share // of those who may work on it
}

// share are the parts that one processor takes first. Jobs that follow each
// other mostly read what those before wrote: with the same shares, each finds
// its own in its cache.
type share struct {
	next atomic.Int64
	end  int64
	_    [6]int64 // or processors would contend for one line of cache
}

// Init says how part i of the job is computed.
func (j *Job) Init(part func(i int)) { j.part = part }

// Run computes all parts, numbered from 0, with the processors that are free.
// Only one job at a time has helpers: one that begins while another runs, and
// one within a part, is computed by its caller alone. It does not allocate, but
// for the first time on so many processors.
func (j *Job) Run(parts int) {
	n := min(runtime.GOMAXPROCS(0), parts)
	if n < 2 || !all.owner.TryLock() {
		j.Alone(parts)
		return
	}
	if cap(j.shares) < n {
		j.shares = make([]share, n)
	}
	j.shares = j.shares[:n]
	for k := range j.shares {
		j.shares[k].next.Store(int64(k * parts / n))
		j.shares[k].end = int64((k + 1) * parts / n)
	}
	all.post(j, n-1)
	j.take(0)
	all.current.Store(nil)
	for spins := 0; all.inside.Load() != 0; spins++ {
		pause(spins)
	}
	all.owner.Unlock()
}

// take computes the parts of one share, then what is left of the others.
func (j *Job) take(own int) {
	for k := range j.shares {
		s := &j.shares[(own+k)%len(j.shares)]
		for s.next.Load() < s.end {
			if i := s.next.Add(1) - 1; i < s.end {
				j.part(int(i))
			}
		}
	}
}

// Alone is Run without help: for jobs too small to be worth any.
func (j *Job) Alone(parts int) {
	for i := range parts {
		j.part(i)
	}
}

// awake is how long a helper looks for the next job before it sleeps.
const awake = 100 * time.Microsecond

// crew are the helpers of this process, started when a job first needs them.
type crew struct {
	owner   sync.Mutex // held while a job runs
	started int        // by the owner

	current  atomic.Pointer[Job] // nil when there is nothing to take
	posted   atomic.Int64        // number of jobs so far
	inside   atomic.Int64        // helpers that may be at work on current
	sleeping atomic.Int64
	wake     chan struct{}
}

var all = crew{wake: make(chan struct{}, 1<<10)}

// post lets helpers join a job.
func (c *crew) post(j *Job, helpers int) {
	c.current.Store(j)
	c.posted.Add(1)
	for ; c.started < helpers; c.started++ {
		go c.help(c.started + 1)
	}
	for asleep := c.sleeping.Load(); asleep > 0 && helpers > 0; asleep, helpers = asleep-1, helpers-1 {
		select {
		case c.wake <- struct{}{}:
		default: // as many are about to wake
			return
		}
	}
}

// help is what a helper does, the owner being number 0. It counts itself in before it looks at the job,
// and the owner takes the job away before it waits for the count: so none is
// left behind with a job that is over.
func (c *crew) help(number int) {
	var last int64
	for {
		c.inside.Add(1)
		if j := c.current.Load(); j != nil {
			j.take(number)
		}
		c.inside.Add(-1)
		last = c.await(last)
	}
}

// await returns the number of jobs when it is no longer last.
func (c *crew) await(last int64) int64 {
	since := time.Now()
	for spins := 0; ; spins++ {
		if n := c.posted.Load(); n != last {
			return n
		}
		if pause(spins); spins%16 == 15 && time.Since(since) > awake {
			break
		}
	}
	c.sleeping.Add(1)
	for c.posted.Load() == last {
		<-c.wake
	}
	c.sleeping.Add(-1)
	return c.posted.Load()
}

// pause lets a little time pass, and others run that wait for a processor.
func pause(spins int) {
	if spins%16 == 15 {
		runtime.Gosched()
	}
}
