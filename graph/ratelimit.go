package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ekc/access/viewer"
	"ekc/internal/fail"
	"ekc/internal/ratelimit"
)

// RateLimits bound what needs no account, per network address. Zero values take the defaults that are named.
type RateLimits struct {
	// Anonymous: operations without a token; 20 a second, 100 at once.
	Anonymous ratelimit.Options
	// ChatStart: chats begun, with or without a token; one in 2 seconds, 30 at once: many citizens share one address.
	ChatStart ratelimit.Options
	// SignIn: sign-ins and refreshes; one a second, 60 at once, beside the limits that access keeps on failures.
	SignIn ratelimit.Options
	// Citizen: operations with a citizen's token, per interaction; 5 a second, 40 at once.
	Citizen ratelimit.Options
	// Program: operations with an API key, per key; 20 a second, 100 at once.
	Program ratelimit.Options
	// Upload: files sent with a citizen's token, per address; one in 5 seconds, 60 at once: each takes up to 10 MiB.
	Upload ratelimit.Options
}

// rateLimits is the extension that counts.
type rateLimits struct{ anonymous, chatStart, signIn, citizen, program, upload *ratelimit.Limiter }

func newRateLimits(o RateLimits) rateLimits {
	limiter := func(o ratelimit.Options, every time.Duration, burst int) *ratelimit.Limiter {
		if o.Every <= 0 {
			o.Every = every
		}
		if o.Burst <= 0 {
			o.Burst = burst
		}
		return ratelimit.New(o)
	}
	return rateLimits{
		anonymous: limiter(o.Anonymous, 50*time.Millisecond, 100),
		chatStart: limiter(o.ChatStart, 2*time.Second, 30),
		signIn:    limiter(o.SignIn, time.Second, 60),
		citizen:   limiter(o.Citizen, 200*time.Millisecond, 40),
		program:   limiter(o.Program, 50*time.Millisecond, 100),
		upload:    limiter(o.Upload, 5*time.Second, 60),
	}
}

// ExtensionName is gqlgen's.
func (rateLimits) ExtensionName() string { return "RateLimits" }

// Validate is gqlgen's.
func (rateLimits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters counts operations before anything is parsed.
func (l rateLimits) MutateOperationParameters(ctx context.Context, _ *graphql.RawParams) *gqlerror.Error {
	v := viewer.From(ctx)
	switch {
	case v.Kind == viewer.Key && !l.program.Allow(v.KeyID),
		v.Kind == viewer.Nobody && !l.anonymous.Allow(ratelimit.AddressKey(v.Address)),
		v.Kind == viewer.Citizen && !l.citizen.Allow(v.InteractionID):
		return errTooOften()
	}
	return nil
}

// MutateOperationContext counts each call of what is limited by itself, aliases too.
func (l rateLimits) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if op.Operation.Operation != ast.Mutation {
		return nil
	}
	key := ratelimit.AddressKey(viewer.From(ctx).Address)
	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Mutation"}) {
		switch field.Name {
		case "chatStart":
			if !l.chatStart.Allow(key) {
				return errTooOften()
			}
		case "signIn", "tokenRefresh", "signInCode", "signInEnrol", "signInPassword", "identityDepart", "identitySignIn":
			if !l.signIn.Allow(key) {
				return errTooOften()
			}
		}
	}
	return nil
}

// admitUpload counts a file before it is read.
func (l rateLimits) admitUpload(ctx context.Context) error {
	v := viewer.From(ctx)
	if v.Kind != viewer.Account && !l.upload.Allow(ratelimit.AddressKey(v.Address)) {
		return fail.New(fail.RateLimited, "too many files; wait a little and try again")
	}
	return nil
}

func errTooOften() *gqlerror.Error {
	return refusal(fail.RateLimited, "too many requests; wait a little and try again")
}
