package remote

import (
	"context"
	"errors"
	"log/slog"

	"connectrpc.com/connect"

	"ekc/internal/fail"
	pb "ekc/knowledge/rpc/knowledgev1"
)

// codes pairs the centre's codes with those of the protocol, for clients in other languages; ours reads the Failure.
var codes = map[fail.Code]connect.Code{
	fail.Invalid: connect.CodeInvalidArgument, fail.NotFound: connect.CodeNotFound, fail.Unauthenticated: connect.CodeUnauthenticated,
	fail.Forbidden: connect.CodePermissionDenied, fail.Conflict: connect.CodeAborted, fail.RateLimited: connect.CodeResourceExhausted,
	fail.Unavailable: connect.CodeUnavailable, fail.TooLarge: connect.CodeOutOfRange, fail.Internal: connect.CodeInternal,
}

// wireFailure is an error as it is told: an expected one whole, any other without its text.
func wireFailure(err error) *pb.Failure {
	if f, ok := fail.As(err); ok {
		return &pb.Failure{Code: string(f.Code), Message: f.Message, Field: f.Field}
	}
	return &pb.Failure{Code: string(fail.Internal), Message: "the question base has failed"}
}

// refuse turns an error of the base into one of the protocol, and logs what is not told.
func refuse(ctx context.Context, log *slog.Logger, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil:
		return connect.NewError(connect.CodeDeadlineExceeded, errors.New("the deadline has passed"))
	case ctx.Err() != nil:
		return connect.NewError(connect.CodeCanceled, errors.New("the caller has gone"))
	}
	f := wireFailure(err)
	if _, expected := fail.As(err); !expected {
		log.ErrorContext(ctx, "the question base has failed", "error", err)
	}
	e := connect.NewError(codes[fail.Code(f.GetCode())], errors.New(f.GetMessage()))
	if detail, err := connect.NewErrorDetail(f); err == nil {
		e.AddDetail(detail)
	}
	return e
}

// failure is the error that a Failure stands for.
func failure(f *pb.Failure) error {
	if f.GetCode() == string(fail.Internal) {
		return errors.New(f.GetMessage())
	}
	return &fail.Error{Code: fail.Code(f.GetCode()), Message: f.GetMessage(), Field: f.GetField()}
}

// understand turns an error of the protocol into the one that the base gave, or into UNAVAILABLE with its cause when the service
// did not answer.
func understand(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	late := ctx.Err()
	if late == nil && connect.CodeOf(err) == connect.CodeDeadlineExceeded {
		late = context.DeadlineExceeded // the service's clock was a little faster
	}
	if late != nil {
		return errors.Join(late, fail.New(fail.Unavailable, "the question base did not answer in time"))
	}
	var e *connect.Error
	if errors.As(err, &e) {
		for _, d := range e.Details() {
			if value, err := d.Value(); err == nil {
				if f, ok := value.(*pb.Failure); ok {
					return failure(f)
				}
			}
		}
		if e.Code() == connect.CodeUnauthenticated {
			return errors.Join(fail.New(fail.Unavailable, "the knowledge service does not know this node: EKC_KNOWLEDGE_SECRET differs"), err)
		}
	}
	return errors.Join(fail.New(fail.Unavailable, "the question base cannot be reached"), err)
}
