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

// interruptible returns a context that ends at the first interrupt, or at the
// first request to terminate, which is what a cluster sends before it kills.
// After that a signal has its usual effect again.
func interruptible(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(&interruption{s.(syscall.Signal)})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
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
