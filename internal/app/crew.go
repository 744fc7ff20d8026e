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

// stop ends all and waits for them.
func (c *crew) stop() {
	c.cancel()
	c.wait.Wait()
}

func orUnknown(err error) error {
	if err == nil {
		return fmt.Errorf("without saying why")
	}
	return err
}
