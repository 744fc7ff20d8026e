package graph

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"slices"
	"strings"

	"entgo.io/contrib/entgql"
	"github.com/99designs/gqlgen/graphql"
	"github.com/lib/pq"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ekc/ent"
	"ekc/ent/privacy"
	"ekc/graph/model"
	"ekc/internal/fail"
)

// resolverError marks what a resolver returned; what comes unmarked is gqlgen's own word on the input.
type resolverError struct{ error }

func (e resolverError) Unwrap() error { return e.error }

// panicError is what a panic became.
type panicError struct {
	value any
	stack []byte
}

func (e panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// streamError ends a subscription; cursor is where it can be resumed, if it can.
type streamError struct {
	error
	cursor string
}

func (e streamError) Unwrap() error { return e.error }

// markErrors is the field middleware that marks errors of resolvers.
func markErrors(ctx context.Context, next graphql.Resolver) (any, error) {
	value, err := next(ctx)
	if err != nil {
		err = resolverError{err}
	}
	return value, err
}

func recovered(_ context.Context, value any) error { return panicError{value, debug.Stack()} }

// presenter shows errors to clients.
type presenter struct{ logger *slog.Logger }

// present is the one place where an error becomes visible. The text of what was not expected stays in the log, under a
// reference that the client may quote.
func (p presenter) present(ctx context.Context, err error) *gqlerror.Error {
	shown := &gqlerror.Error{Path: graphql.GetPath(ctx)}
	var given *gqlerror.Error
	if errors.As(err, &given) {
		shown.Path, shown.Locations = given.Path, given.Locations
		if code, ok := given.Extensions["code"].(string); ok {
			given.Extensions["code"] = contractCode(code)
			return given
		}
	}
	e := p.expected(err, given)
	if e == nil {
		e = &fail.Error{Code: fail.Internal, Message: "internal error, reference " + p.report(ctx, err, shown)}
	}
	shown.Message = e.Message
	shown.Extensions = map[string]any{"code": string(e.Code)}
	if e.Field != "" {
		shown.Extensions["field"] = e.Field
	}
	var ended streamError
	if errors.As(err, &ended) && ended.cursor != "" {
		shown.Extensions["cursor"] = ended.cursor
	}
	return shown
}

// contractCode keeps the codes that clients of any server know, and gives the rest one of the contract's.
func contractCode(code string) string {
	if code == "COMPLEXITY_LIMIT_EXCEEDED" {
		return string(fail.Invalid)
	}
	return code
}

// expected returns what may be said about an error; nil when nothing may.
func (p presenter) expected(err error, given *gqlerror.Error) *fail.Error {
	if e := known(err); e != nil {
		return e
	}
	var marked resolverError
	var panicked panicError
	var ended streamError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &fail.Error{Code: fail.Unavailable, Message: "it took too long and was broken off; ask for less, or again"}
	case errors.Is(err, context.Canceled):
		return &fail.Error{Code: fail.Unavailable, Message: "broken off"}
	case errors.As(err, &marked), errors.As(err, &panicked), errors.As(err, &ended), given == nil, given.Message == "must not be null":
		return nil
	default: // gqlgen could not read an argument
		return &fail.Error{Code: fail.Invalid, Message: given.Message}
	}
}

// known returns the failure that an error of a domain or of the data model means; nil when it is not expected.
func known(err error) *fail.Error {
	if e, ok := fail.As(err); ok && e.Code != fail.Internal {
		return e
	}
	if ent.IsNotFound(err) || errors.Is(err, privacy.Deny) {
		return &fail.Error{Code: fail.NotFound, Message: "not found"}
	}
	return ofDatabase(err)
}

// ofDatabase tells what a client may know of a failure of Postgres: that what it sent cannot be kept or compared, that the
// operation was broken off, or that the database is away for now. Class 08 and 57P are lost connections and shutdowns, class
// 53 is a lack of disk, memory or connections, 25P03 a transaction that stood still too long (PostgreSQL manual, appendix A).
// A server that closes a connection in the midst of an answer shows as the end of a file.
func ofDatabase(err error) *fail.Error {
	var refused *pq.Error
	var network *net.OpError
	switch {
	case errors.As(err, &refused) && refused.Code == "22021": // character_not_in_repertoire: a NUL
		return &fail.Error{Code: fail.Invalid, Message: "a text holds a character that cannot be kept"}
	case errors.As(err, &refused) && (refused.Code == "22P02" || refused.Code == "22003"): // of another type, or beyond it
		return &fail.Error{Code: fail.Invalid, Message: "a value is not of the kind that is asked for"}
	case errors.As(err, &refused) && refused.Code == "57014": // query_canceled: its time is over, or the client has gone
		return &fail.Error{Code: fail.Unavailable, Message: "it took too long and was broken off; ask for less, or again"}
	case errors.As(err, &refused) && slices.ContainsFunc([]string{"08", "53", "57P", "25P03"}, func(class string) bool {
		return strings.HasPrefix(string(refused.Code), class)
	}), errors.As(err, &network), errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &fail.Error{Code: fail.Unavailable, Message: "the database is away for now; try again"}
	}
	return nil
}

func (p presenter) report(ctx context.Context, err error, shown *gqlerror.Error) string {
	var id [6]byte
	_, _ = rand.Read(id[:])
	reference := hex.EncodeToString(id[:])
	attributes := []any{"reference", reference, "path", shown.Path.String(), "error", err.Error()}
	var panicked panicError
	if errors.As(err, &panicked) {
		attributes = append(attributes, "stack", string(panicked.stack))
	}
	p.logger.ErrorContext(ctx, "request failed", attributes...)
	return reference
}

// userErrors turns an expected failure into the payload's list and hands on any other. The list is never nil.
func userErrors(err error) ([]*model.UserError, error) {
	if err == nil {
		return []*model.UserError{}, nil
	}
	e := known(err)
	if e == nil {
		return nil, err
	}
	shown := &model.UserError{Message: e.Message, Code: model.ErrorCode(e.Code)}
	if e.Field != "" {
		shown.Field = &e.Field
	}
	return []*model.UserError{shown}, nil
}

// pageOf checks the arguments of a connection and fills in the standard size.
func pageOf(after, before *entgql.Cursor[string], first, last *int, standard int) (*int, *int, error) {
	for name, cursor := range map[string]*entgql.Cursor[string]{"after": after, "before": before} {
		if cursor != nil && !ordered(cursor.Value) {
			return nil, nil, fail.Field(name, fail.Invalid, "not a cursor of this list")
		}
	}
	if first != nil && last != nil {
		return nil, nil, fail.Field("first", fail.Invalid, "give first or last, not both")
	}
	for name, n := range map[string]*int{"first": first, "last": last} {
		if n != nil && (*n < 0 || *n > maxPage) {
			return nil, nil, fail.Field(name, fail.Invalid, "from 0 to %d", maxPage)
		}
	}
	if first == nil && last == nil {
		first = &standard
	}
	return first, last, nil
}

// ordered reports whether the value of a cursor, which a client may forge, is one that a column can be compared with.
func ordered(value any) bool {
	switch value.(type) {
	case nil, string, int8, int16, int32, int64, uint8, uint16, uint32, uint64:
		return true
	default:
		return false
	}
}

// maxPage is the largest page of a connection.
const maxPage = 100

func value[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}
