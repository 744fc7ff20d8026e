package app

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// closeTimeout bounds what follows the work in progress: first the domains and the connections to the databases, then the
// embedded server.
const closeTimeout = 30 * time.Second

// Close stops the node. It is not ready from then on; no new connection is accepted; streams end with an error from which
// their clients resume elsewhere; requests in progress may finish until EKC_SHUTDOWN_TIMEOUT has passed or ctx ends. Then
// routing and sweeps stop, and the databases close. Later calls wait for the first and return what it did.
func (a *App) Close(ctx context.Context) error {
	a.close.Do(func() { a.closed = a.stop(ctx) })
	return a.closed
}

func (a *App) stop(ctx context.Context) error {
	a.health.Drain()
	errs := []error{a.hangUp(ctx), a.stopServing(ctx)}
	ctx = context.WithoutCancel(ctx)
	parts, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	errs = append(errs, a.phone.close(parts))
	for _, c := range []*crew{a.working, a.following} {
		if c != nil {
			errs = append(errs, c.stop(parts))
		}
	}
	a.draining.Wait() // only now: calls that outlasted the drain have ended with the phone
	if a.better != nil {
		errs = append(errs, patiently(parts, a.better.Close))
	}
	if a.base != nil {
		errs = append(errs, patiently(parts, a.base.Close))
	}
	if a.core != nil {
		errs = append(errs, patiently(parts, a.core.Close))
	}
	ctx, cancel = context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	if a.storage != nil {
		errs = append(errs, a.storage.Close(ctx))
	}
	if a.tracing != nil {
		errs = append(errs, a.tracing.Stop(ctx))
	}
	return errors.Join(errs...)
}

// hangUp takes no new calls and waits for those in progress; operators need the API until the last has ended. Those that last
// longer than EKC_DRAIN_TIMEOUT are ended with the node, and their citizens are called back.
func (a *App) hangUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.config.DrainTimeout)
	defer cancel()
	if err := a.phone.drain(ctx); err != nil {
		a.log.WarnContext(ctx, "calls in progress are ended with the node", "calls", a.Calls(), "error", err)
	}
	return nil
}

// drain takes no new calls from now on, as an administrator wishes; Drained tells when the last one has ended. It does not block.
func (a *App) drain() {
	a.drainOnce.Do(func() {
		a.log.Warn("an administrator lets this node stop; it takes no new calls", "calls", a.Calls())
		a.health.Drain()
		a.draining.Go(func() {
			if a.phone.drain(a.working.ctx) == nil {
				close(a.drained)
			}
		})
	})
}

// Drained is closed when an administrator has let the node stop and its last call has ended; the caller closes it.
func (a *App) Drained() <-chan struct{} { return a.drained }

// Calls is how many calls the node has.
func (a *App) Calls() int { return a.phone.calls() }

func (a *App) stopServing(ctx context.Context) error {
	if a.server == nil {
		if a.listener != nil {
			return a.listener.Close()
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, a.config.ShutdownTimeout)
	defer cancel()
	ended := make(chan error, 1)
	a.serving.cancel() // from here on its end is no failure
	go func() { ended <- a.server.Shutdown(ctx) }()
	err := errors.Join(a.api.Close(ctx), <-ended)
	if err != nil {
		err = errors.Join(fmt.Errorf("work in progress did not end in time: %w", err), a.server.Close())
	}
	a.serving.wait.Wait() // the listener is closed
	return err
}
