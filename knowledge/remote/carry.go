package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// The values of knowledge/improve and the messages that stand for them have the same names in JSON, so one is made of the other by
// way of it. A field that only one of them knows is an error, which the tests of both forms would show.

// toWire fills a message from a value; with a list or a number, as its one field.
func toWire(field string, value any, to proto.Message) error {
	if field != "" {
		value = map[string]any{field: value}
	}
	text, err := json.Marshal(value)
	if err == nil {
		err = protojson.Unmarshal(text, to)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", to.ProtoReflect().Descriptor().Name(), err)
	}
	return nil
}

// fromWire makes a value from a message; with field, of this one field.
func fromWire[T any](field string, from proto.Message) (T, error) {
	var value T
	var into any = &value
	wrapped := map[string]*T{field: &value}
	if field != "" {
		into = &wrapped
	}
	text, err := protojson.Marshal(from)
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		err = d.Decode(into)
	}
	if err != nil {
		return value, fmt.Errorf("read %s: %w", from.ProtoReflect().Descriptor().Name(), err)
	}
	if p := wrapped[field]; field != "" && p != nil {
		value = *p
	}
	return value, nil
}

// message is a pointer to a protobuf message.
type message[M any] interface {
	*M
	proto.Message
}

// asked makes a call and carries what goes in and out. in names the one field of the request, empty: the request is the value.
func asked[Out, Q, P any, QP message[Q], PP message[P]](
	ctx context.Context, again bool, call func(context.Context, *connect.Request[Q]) (*connect.Response[P], error), in string, value any,
) (Out, error) {
	var none Out
	q := QP(new(Q))
	if err := toWire(in, value, q); err != nil {
		return none, err
	}
	var response *P
	var err error
	if again {
		response, err = read(ctx, readTime, call, (*Q)(q))
	} else {
		response, err = once(ctx, call, (*Q)(q))
	}
	if err != nil {
		return none, err
	}
	return fromWire[Out]("result", PP(response))
}

// once makes a call that must not be repeated.
func once[Q, P any](
	ctx context.Context, call func(context.Context, *connect.Request[Q]) (*connect.Response[P], error), q *Q,
) (*P, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	response, err := call(ctx, connect.NewRequest(q))
	if err != nil {
		return nil, understand(ctx, err)
	}
	return response.Msg, nil
}

// served answers a call with what do makes of it.
func served[P, In, Out, Q any, PP message[P], QP message[Q]](
	ctx context.Context, log *slog.Logger, in string, r *connect.Request[Q], do func(context.Context, In) (Out, error),
) (*connect.Response[P], error) {
	value, err := fromWire[In](in, QP(r.Msg))
	if err != nil {
		return nil, connect.NewError(connect.CodeInvalidArgument, err)
	}
	out, err := do(ctx, value)
	if err != nil {
		return nil, refuse(ctx, log, err)
	}
	p := PP(new(P))
	if err := toWire("result", out, p); err != nil {
		return nil, refuse(ctx, log, err)
	}
	return connect.NewResponse((*P)(p)), nil
}
