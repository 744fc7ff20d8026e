package graph

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"ekc/access/viewer"
	"ekc/graph/transport"
	"ekc/internal/clientaddr"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
)

// Options sets the handler; the zero value serves, without introspection, to the API's own origin.
type Options struct {
	// Introspection answers questions about the contract itself. Without it no names are suggested either.
	Introspection bool
	// TrustedProxies are the proxies whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// RateLimits bound what needs no account.
	RateLimits RateLimits
	// Extensions see every operation before the limits do, such as those that measure.
	Extensions []graphql.HandlerExtension
	// Transport sets limits of the wire and origins; its functions are filled in here.
	Transport transport.Options
}

// Handler serves the contract. Close must be called before the event log and the database are closed.
type Handler struct {
	*transport.Handler
	resolver *Resolver
	address  func(*http.Request) string
}

const (
	cachedDocuments = 512
	cachedTexts     = 512
	// cacheable bounds the text of an operation that is worth remembering: clients send the same short ones.
	cacheable = 8 << 10
)

// NewHandler returns the handler of /graphql.
func NewHandler(d Dependencies, o Options) *Handler {
	r := newResolver(d)
	config := Config{Resolvers: r, Complexity: costs()}
	exec := executor.New(NewExecutableSchema(config))
	exec.SetErrorPresenter(r.tellErrors(presenter{r.Logger}.present))
	exec.SetRecoverFunc(recovered)
	exec.SetParserTokenLimit(maxTokens)
	exec.SetQueryCache(documents{lru.New[*ast.QueryDocument](cachedDocuments)})
	for _, e := range o.Extensions {
		exec.Use(e)
	}
	rates := newRateLimits(o.RateLimits)
	exec.Use(rates)
	exec.Use(extension.AutomaticPersistedQuery{Cache: texts{lru.New[string](cachedTexts)}})
	exec.Use(limits{})
	exec.Use(extension.FixedComplexityLimit(maxComplexity))
	if o.Introspection {
		exec.Use(extension.Introspection{})
	} else {
		exec.SetDisableSuggestion(true)
		exec.SetDefaultRulesFn(silentRules)
	}
	exec.AroundFields(markErrors)
	exec.AroundFields(r.tellPayloads)
	exec.AroundRootFields(actEach)
	exec.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		return next(r.withLoaders(present(ctx)))
	})
	wire := r.transport(o, rates)
	return &Handler{Handler: transport.New(exec, wire), resolver: r, address: wire.Address}
}

// transport fills in what the wire asks of the domains.
func (r *Resolver) transport(o Options, rates rateLimits) transport.Options {
	t := o.Transport
	t.Address = clientaddr.New(o.TrustedProxies).Of
	t.Watch = r.guard.watch
	t.AdmitUpload, t.Panicked = rates.admitUpload, recovered
	t.Authenticate = func(ctx context.Context, token string) (context.Context, error) {
		v, err := r.Access.Authenticate(ctx, token)
		if err != nil {
			if e := known(err); e != nil { // among others, that the database is away
				r.tellToken(ctx, token, e.Code)
				return ctx, e
			}
			if ctx.Err() == nil {
				r.Logger.ErrorContext(ctx, "token not checked", "error", err)
			}
			return ctx, err
		}
		return viewer.With(ctx, v), nil
	}
	t.Refused = func(ctx context.Context, what string, code fail.Code) { r.tell(ctx, what, code) }
	if t.Logger == nil {
		t.Logger = r.Logger.With(slog.String("part", "transport"))
	}
	return t
}

// RefusedLink has the audit log know of links that opened nothing though somebody tried them: kind says what they were to open. The address
// is found as that of an operation is.
func (h *Handler) RefusedLink(kind string) func(*http.Request) {
	return func(r *http.Request) {
		from := viewer.Viewer{Address: h.address(r), UserAgent: r.UserAgent()}
		h.resolver.tell(viewer.With(r.Context(), from), kind, fail.NotFound)
	}
}

// Close ends all streams, telling their clients where to resume, and waits until ctx ends for everything that runs.
func (h *Handler) Close(ctx context.Context) error {
	h.resolver.stop(eventlog.ErrClosed)
	if err := await(ctx, h.resolver.following.Wait); err != nil {
		return err
	}
	if err := h.Handler.Close(ctx); err != nil {
		return err
	}
	return await(ctx, func() {
		h.resolver.guard.wait.Wait()
		h.resolver.positions.wait.Wait()
	})
}

// await waits for what wait waits for, or until ctx ends.
func await(ctx context.Context, wait func()) error {
	done := make(chan struct{})
	go func() { wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var _ http.Handler = (*Handler)(nil)

// documents remembers parsed operations, short ones only, so that its memory is bounded.
type documents struct {
	graphql.Cache[*ast.QueryDocument]
}

// Add is graphql.Cache's.
func (d documents) Add(ctx context.Context, text string, document *ast.QueryDocument) {
	if len(text) <= cacheable {
		d.Cache.Add(ctx, text, document)
	}
}

// texts remembers the texts of persisted operations, short ones only: they come before any limit has looked at them.
type texts struct{ graphql.Cache[string] }

// Add is graphql.Cache's.
func (t texts) Add(ctx context.Context, hash, text string) {
	if len(text) <= cacheable {
		t.Cache.Add(ctx, hash, text)
	}
}

// silentRules are the standard rules of validation without those that tell names from the contract.
func silentRules() *rules.Rules {
	all := rules.NewDefaultRules()
	for loud, silent := range map[string]validator.Rule{
		"FieldsOnCorrectType": rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		"KnownArgumentNames":  rules.KnownArgumentNamesRuleWithoutSuggestions,
		"KnownTypeNames":      rules.KnownTypeNamesRuleWithoutSuggestions,
		"ScalarLeafs":         rules.ScalarLeafsRuleWithoutSuggestions,
		"ValuesOfCorrectType": rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
	} {
		all.ReplaceRule(loud, silent.RuleFunc)
	}
	return all
}
