package graph

import (
	"context"
	"errors"
	"sync"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/offer"
	"ekc/graph/transport"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
)

// from reads the position to follow from; without a cursor it is now. It also returns the cursor of that position.
func (r *Resolver) from(after *string) (int64, string, error) {
	if after == nil {
		tail := r.Log.Tail()
		return tail, eventlog.Cursor(tail, r.Clock()), nil
	}
	position, err := eventlog.ParseCursor(*after, r.Clock())
	return position, *after, err
}

// drop leaves a stream that is not followed after all.
func drop(s *eventlog.Stream) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.Each(ctx, func(eventlog.Event) error { return nil })
}

// follower produces the events of one subscription. Several goroutines may give; the channel is closed when all are done.
type follower[T any] struct {
	ctx context.Context //nolint:containedctx // that of the subscription
	out chan T
	// gathers says that events are shown later than they are taken, so that taking one does not move the cursor.
	gathers bool

	mu     sync.Mutex
	cursor string // of the last kept event that was shown or passed over
}

func newFollower[T any](ctx context.Context, cursor string) *follower[T] {
	return &follower[T]{ctx: ctx, out: make(chan T), cursor: cursor}
}

// give hands a kept event to the client. It fails when the subscription is over.
func (f *follower[T]) give(event T, cursor string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.send(event); err != nil {
		return err
	}
	f.cursor = cursor
	return nil
}

// aside hands on an event that is not kept, made with the cursor of the last one that is.
func (f *follower[T]) aside(event func(cursor string) T) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.send(event(f.cursor))
}

// pass moves the cursor over what is not shown.
func (f *follower[T]) pass(cursor string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cursor = cursor
}

func (f *follower[T]) send(event T) error {
	select {
	case f.out <- event:
		return nil
	case <-f.ctx.Done():
		return f.ctx.Err()
	}
}

// each shows or passes over one event of the log.
type each[T any] func(context.Context, *follower[T], eventlog.Event) error

// follow runs do over the stream's events, in a goroutine of its own that Close waits for. Work that goes on beside it
// must end with its ctx; when it fails, the subscription ends.
func follow[T any](r *Resolver, f *follower[T], s *eventlog.Stream, do each[T],
	beside ...func(context.Context, *follower[T]) error,
) <-chan T {
	return produce(r, f, func(ctx context.Context) error { return eachOf(ctx, f, s, do) }, beside...)
}

// eachOf does it over the stream's events until ctx ends.
func eachOf[T any](ctx context.Context, f *follower[T], s *eventlog.Stream, do each[T]) error {
	return s.Each(ctx, func(e eventlog.Event) error {
		if err := do(present(ctx), f, e); err != nil || e.ID == 0 || f.gathers {
			return err
		}
		f.pass(eventlog.Cursor(e.ID, e.At))
		return nil
	})
}

// produce runs work that gives events, in a goroutine of its own that Close waits for, and what goes on beside it, as follow does.
func produce[T any](r *Resolver, f *follower[T], main func(context.Context) error, beside ...func(context.Context, *follower[T]) error) <-chan T {
	r.following.Go(func() {
		defer close(f.out)
		ctx, cancel := context.WithCancelCause(f.ctx)
		defer context.AfterFunc(r.stopping, func() { cancel(eventlog.ErrClosed) })()
		var work sync.WaitGroup
		for _, w := range beside {
			work.Go(func() {
				if err := safely(ctx, func() error { return w(ctx, f) }); err != nil {
					cancel(err)
				}
			})
		}
		err := safely(ctx, func() error { return main(ctx) })
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		cancel(nil)
		work.Wait()
		if f.ctx.Err() == nil {
			transport.Fail(f.ctx, streamError{err, f.cursor})
		}
	})
	return f.out
}

// while ends a subscription when the viewer's rights have changed and may refuses.
func while[T any](may func(context.Context) error) func(context.Context, *follower[T]) error {
	return func(ctx context.Context, _ *follower[T]) error { return watchRights(ctx, may) }
}

// safely makes an error of a panic: work runs in a goroutine that nobody else guards, where a panic would end the process.
func safely(ctx context.Context, work func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = recovered(ctx, value)
		}
	}()
	return work()
}

// mayFollow decides whether the viewer may be shown what happens in an interaction at this moment: its citizen, its
// operator, whoever it is offered to, a supervisor of its segment. A citizen's token opens exactly one, which needs no
// look. An interaction that is gone is nobody's.
func (r *Resolver) mayFollow(ctx context.Context, h *happening, id string) (bool, error) {
	v := viewer.From(ctx)
	if v.Kind != viewer.Account {
		return v.Kind == viewer.Citizen && v.InteractionID == id, nil
	}
	i, err := r.events.interactionOf(ctx, h, id)
	if err != nil {
		return false, ignoreMissing(err)
	}
	if access.CheckObject(ctx, access.ReadInteraction, access.InteractionObject(ctx, i, false)) == nil {
		return true, nil
	}
	if i.State != interaction.StateOffered {
		return false, nil
	}
	return r.offeredNow(ctx, id)
}

// offeredNow reports whether the interaction waits for the viewer's answer to an offer.
func (r *Resolver) offeredNow(ctx context.Context, id string) (bool, error) {
	return r.Client.Offer.Query().Where(offer.InteractionID(id), offer.AccountID(viewer.From(ctx).AccountID),
		offer.StateEQ(offer.StatePending)).Exist(viewer.AsSystem(ctx))
}

func ignoreMissing(err error) error {
	if ent.IsNotFound(err) || errors.Is(err, errGone) {
		return nil
	}
	return err
}

// errLost ends the stream of an interaction that the viewer may no longer see.
var errLost = fail.New(fail.NotFound, "the interaction is no longer yours to see")

func ptr[T any](v T) *T { return &v }

// expected is null when nobody can tell.
func expected(wait time.Duration, known bool) *int {
	if !known {
		return nil
	}
	return ptr(seconds(wait))
}
