package transport

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ekc/internal/fail"
)

// subscribe begins an operation of any kind under the client's id; false ends the connection.
func (s *socket) subscribe(m message) bool {
	if m.ID == "" || len(m.ID) > maxID {
		s.close(closeInvalid, "Invalid message: subscribe needs an id")
		return false
	}
	s.mu.Lock()
	_, taken := s.operations[m.ID]
	full := len(s.operations) >= s.h.o.MaxOperations
	ctx, cancel := context.WithCancel(s.watch.Refresh(s.ctx))
	op := &operation{cancel: cancel}
	if !taken && !full {
		s.operations[m.ID] = op
	}
	s.mu.Unlock()
	switch {
	case taken:
		cancel()
		s.close(closeDuplicate, "Subscriber for "+m.ID+" already exists")
		return false
	case full:
		cancel()
		err := fail.New(fail.RateLimited, "at most %d operations at once on one connection", s.h.o.MaxOperations)
		return s.sendErrors(m.ID, gqlerror.List{present(err)}) == nil
	}
	s.operating.Go(func() { s.operate(ctx, m, op) })
	return true
}

// operate runs one operation to its end.
func (s *socket) operate(ctx context.Context, m message, op *operation) {
	defer op.cancel()
	errs := s.execute(ctx, m, op)
	if s.finish(m.ID, op) {
		return
	}
	if len(errs) == 0 && errors.Is(context.Cause(s.ctx), errStopping) {
		errs = gqlerror.List{present(errStopping)}
	}
	if len(errs) > 0 {
		_ = s.sendErrors(m.ID, errs)
		return
	}
	_ = s.send(message{ID: m.ID, Type: "complete"})
}

// execute hands on the responses of an operation, and returns why it was refused or broke off.
func (s *socket) execute(ctx context.Context, m message, op *operation) (broken gqlerror.List) {
	defer func() {
		if value := recover(); value != nil {
			broken = s.h.presented(ctx, s.h.o.Panicked(ctx, value))
		}
	}()
	var params graphql.RawParams
	started := graphql.Now()
	if err := decodeParams(m.Payload, &params); err != nil {
		return gqlerror.List{present(err)}
	}
	params.ReadTime = graphql.TraceTiming{Start: started, End: graphql.Now()}
	ctx = graphql.StartOperationTrace(ctx)
	oc, errs := s.h.exec.CreateOperationContext(ctx, &params)
	ctx = graphql.WithOperationContext(ctx, oc)
	if len(errs) > 0 {
		return s.h.exec.DispatchError(ctx, errs).Errors
	}
	s.h.run(ctx, oc, func(resp *graphql.Response) {
		if len(resp.Data) == 0 && len(resp.Errors) > 0 {
			broken = resp.Errors
			return
		}
		body, err := encode(resp)
		if err == nil && !s.isDropped(op) {
			err = s.send(message{ID: m.ID, Type: "next", Payload: body})
		}
		if err != nil {
			op.cancel()
		}
	})
	return broken
}

func (s *socket) sendErrors(id string, errs gqlerror.List) error {
	body, err := json.Marshal(errs)
	if err != nil {
		return err
	}
	return s.send(message{ID: id, Type: "error", Payload: body})
}

// finish forgets an operation and reports whether the client had dropped it.
func (s *socket) finish(id string, op *operation) (dropped bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.operations[id] == op {
		delete(s.operations, id)
	}
	return op.dropped
}

func (s *socket) isDropped(op *operation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return op.dropped
}

// drop ends an operation that the client no longer wants; its id is free again at once.
func (s *socket) drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if op, found := s.operations[id]; found {
		op.dropped = true
		op.cancel()
		delete(s.operations, id)
	}
}

// failAll ends all operations with an error.
func (s *socket) failAll(err error) {
	s.mu.Lock()
	ids := make([]string, 0, len(s.operations))
	for id, op := range s.operations {
		op.dropped = true
		op.cancel()
		ids = append(ids, id)
	}
	clear(s.operations)
	s.mu.Unlock()
	for _, id := range ids {
		_ = s.sendErrors(id, gqlerror.List{present(err)})
	}
}
