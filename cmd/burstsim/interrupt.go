package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// interruption is the cause of a context that a signal cancelled.
type interruption struct{ signal syscall.Signal }

func (i *interruption) Error() string { return fmt.Sprintf("stopped by signal: %v", i.signal) }

// interruptible returns a context that ends at the first signal that asks to
// stop: of users, of closing terminals, and of clusters, before they kill. The
// second interrupt or request to terminate has its usual effect again; the
// other signals may come several times for one reason.
func interruptible(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	for _, s := range stopSignals {
		if s != syscall.SIGHUP || !signal.Ignored(s) { // as nohup asks
			signal.Notify(signals, s)
		}
	}
	over := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				cancel(&interruption{s.(syscall.Signal)}) // the first cause stays
				if s == syscall.SIGINT || s == syscall.SIGTERM {
					signal.Reset(syscall.SIGINT, syscall.SIGTERM)
				}
			case <-over:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(over)
		cancel(nil)
	}
}

// interruptStatus is the exit status after a signal: 128 and its number.
func interruptStatus(ctx context.Context) (status int, stopped bool) {
	var i *interruption
	if !errors.As(context.Cause(ctx), &i) {
		return 0, false
	}
	return 128 + int(i.signal), true
}
