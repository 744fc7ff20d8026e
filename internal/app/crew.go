package app

import (
	"context"
	"fmt"
	"sync"
)

// crew is a set of goroutines that work until they are stopped together. One that ends before is a failure.
type crew struct {
	ctx     context.Context
	cancel  context.CancelFunc
	wait    sync.WaitGroup
	failure func(error)
}

func newCrew(failure func(error)) *crew {
	ctx, cancel := context.WithCancel(context.Background())
	return &crew{ctx: ctx, cancel: cancel, failure: failure}
}

// add starts one; run must return when its context ends.
func (c *crew) add(name string, run func(ctx context.Context) error) {
	c.wait.Go(func() {
		err := run(c.ctx)
		if c.ctx.Err() == nil {
			c.failure(fmt.Errorf("%s has ended: %w", name, orUnknown(err)))
		}
	})
}

// stop ends all and waits for them until ctx ends: who waits for an answer of a Postgres that is silent hears nothing else.
func (c *crew) stop(ctx context.Context) error {
	c.cancel()
	return patiently(ctx, func() error {
		c.wait.Wait()
		return nil
	})
}

// patiently does what knows no context, and stops waiting for it when ctx ends.
func patiently(ctx context.Context, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("a part of the node does not stop: %w", ctx.Err())
	}
}

func orUnknown(err error) error {
	if err == nil {
		return fmt.Errorf("without saying why")
	}
	return err
}
