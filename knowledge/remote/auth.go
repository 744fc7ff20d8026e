package remote

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"

	"connectrpc.com/connect"
)

const scheme = "Bearer "

// bearer is the client's side of the services' secret.
func bearer(secret string) connect.Interceptor { return &keyholder{sends: scheme + secret} }

// guarded is the server's side.
func guarded(secret string) connect.Interceptor {
	return &keyholder{wants: sha256.Sum256([]byte(scheme + secret)), guards: true}
}

// keyholder sends the secret with every call, or refuses calls without it.
type keyholder struct {
	sends  string
	wants  [sha256.Size]byte
	guards bool
}

// check compares digests, so that the time taken says nothing of the secret or its length.
func (k *keyholder) check(h http.Header) error {
	got := sha256.Sum256([]byte(h.Get("Authorization")))
	if subtle.ConstantTimeCompare(got[:], k.wants[:]) == 1 {
		return nil
	}
	return connect.NewError(connect.CodeUnauthenticated, errors.New("the services' secret is missing or wrong"))
}

// WrapUnary is part of connect.Interceptor.
func (k *keyholder) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
		if !k.guards {
			r.Header().Set("Authorization", k.sends)
		} else if err := k.check(r.Header()); err != nil {
			return nil, err
		}
		return next(ctx, r)
	}
}

// WrapStreamingClient is part of connect.Interceptor.
func (k *keyholder) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, s connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, s)
		conn.RequestHeader().Set("Authorization", k.sends)
		return conn
	}
}

// WrapStreamingHandler is part of connect.Interceptor.
func (k *keyholder) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		if err := k.check(conn.RequestHeader()); err != nil {
			return err
		}
		return next(ctx, conn)
	}
}
