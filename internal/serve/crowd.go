package serve

import (
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// crowd accepts at most so many connections at once. Unlike netutil's
// LimitListener it closes one that is idle, the longest first, rather than let a
// new one wait: browsers keep idle ones for minutes.
type crowd struct {
	net.Listener
	places chan struct{}

	mu   sync.Mutex
	idle []net.Conn // the longest idle first
}

func newCrowd(on net.Listener, most int) *crowd {
	return &crowd{Listener: on, places: make(chan struct{}, most)}
}

// retry is how often a place is made while there is none.
const retry = 50 * time.Millisecond

// Accept waits for a connection, and for a place for it.
func (c *crowd) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	over := time.Now().Add(readTime)
	for {
		select {
		case c.places <- struct{}{}:
			return &guest{Conn: conn, crowd: c}, nil
		default:
		}
		if !c.dismiss() && time.Now().After(over) {
			conn.Close()
			return c.Accept()
		}
		time.Sleep(retry)
	}
}

// dismiss closes the connection that was idle for the longest.
func (c *crowd) dismiss() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle) == 0 {
		return false
	}
	conn := c.idle[0]
	c.idle = c.idle[1:]
	conn.Close()
	return true
}

// changed hears from the HTTP server what becomes of connections.
func (c *crowd) changed(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = slices.DeleteFunc(c.idle, func(other net.Conn) bool { return other == conn })
	if state == http.StateIdle {
		c.idle = append(c.idle, conn)
	}
}

// guest is a connection with a place, which it gives back once.
type guest struct {
	net.Conn
	crowd *crowd
	once  sync.Once
}

// Close closes the connection.
func (g *guest) Close() error {
	g.once.Do(func() { <-g.crowd.places })
	return g.Conn.Close()
}
