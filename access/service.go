package access

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/ratelimit"
)

// Store runs work in one transaction. Work may be tried again and must keep no state between tries.
type Store interface {
	InTx(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) error
}

// Options sets the service; zero values take the defaults that are named.
type Options struct {
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// Rand is the source of tokens and salts; nil means crypto/rand.
	Rand io.Reader
	// Logger gets what an operator of the server should know, without logins, tokens or addresses; nil discards it.
	Logger *slog.Logger
	// AccessTTL is the life of an access token; 15 minutes.
	AccessTTL time.Duration
	// RefreshTTL is how long a session lasts without a refresh; 30 days.
	RefreshTTL time.Duration
	// CitizenTTL is how long a citizen's token opens the interaction after it has ended; 30 days.
	CitizenTTL time.Duration
	// LockAfter is the number of failed sign-ins in a row that lock an account; 5. From an address where the account has
	// signed in lately the lock does not hold, so that nobody can shut a person out by guessing; guesses from there are
	// counted by themselves, as many in as much time.
	LockAfter int
	// LockFor is how long it stays locked; 15 minutes.
	LockFor time.Duration
	// CacheTTL is how long a token's viewer is remembered, and so how late another node's revocation may be noticed;
	// 1 second. Negative turns the memory off.
	CacheTTL time.Duration
	// MaxSessions is how many sessions an account may hold open; the oldest is closed beyond. 20.
	MaxSessions int
	// Hash is how passwords are hashed; the zero value means DefaultHashParams.
	Hash HashParams
	// Hashers is how many passwords are hashed at once; 0 means one per processor, at most 4.
	Hashers int
	// Attempts and Failures limit sign-ins per network address: all of them, and those that fail. Nil takes defaults that
	// let a whole site of 300 operators sign in at once and a guesser try 30 passwords, then 6 a minute.
	Attempts, Failures *ratelimit.Limiter
	// MaxTerm is for how long access may be given on request; 365 days.
	MaxTerm time.Duration
	// RequestTTL is how long a request for access waits for an answer; 30 days.
	RequestTTL time.Duration
	// FactorRoles are the roles that ask for a second factor.
	FactorRoles []viewer.Role
	// Vault encrypts the secrets of second factors; nil keeps them as they are.
	Vault Vault
	// Identity is the identity provider; nil means that there is none.
	Identity IdentityProvider
	// PasswordAge is after how long a password must be changed; 0 means never, as NIST SP 800-63B §3.1.1.2 advises.
	PasswordAge time.Duration
	// PasswordHistory is how many of the last passwords, the present one among them, are not taken again; 5.
	PasswordHistory int
	// Announce appends an event that concerns the account to the event log, in the transaction; nil: nobody is told.
	Announce func(ctx context.Context, tx *ent.Tx, kind, accountID string, data map[string]string) error
	// OnDeactivate runs in the transaction that deactivates an account, so that routing can take its work back.
	OnDeactivate func(ctx context.Context, tx *ent.Tx, accountID string) error
}

// Service signs people in, says who a token belongs to, and manages accounts. It is safe for concurrent use.
type Service struct {
	client *ent.Client
	store  Store
	o      Options
	hasher *hasher
	cache  *viewerCache
	// guesses counts wrong passwords by account and network.
	guesses *ratelimit.Limiter
	// strays says when a token that came from where it may not was written down last.
	strays *ratelimit.Limiter
	// refusals says when something that was refused was written down last.
	refusals *ratelimit.Limiter
	// suspects bounds how many refused tokens of an address are looked at.
	suspects *ratelimit.Limiter
}

// New returns the service. client is for reading, store for everything that changes.
func New(client *ent.Client, store Store, o Options) (*Service, error) {
	o = o.withDefaults()
	h, err := newHasher(o.Hash, o.Hashers, o.Rand)
	if err != nil {
		return nil, err
	}
	guesses := ratelimit.New(ratelimit.Options{Every: o.LockFor / time.Duration(o.LockAfter), Burst: o.LockAfter, Clock: o.Clock})
	return &Service{
		client: client, store: store, o: o, hasher: h, cache: newViewerCache(o.CacheTTL, o.Clock), guesses: guesses,
		strays:   ratelimit.New(ratelimit.Options{Every: time.Minute, Burst: 1, Clock: o.Clock}),
		refusals: ratelimit.New(ratelimit.Options{Every: time.Minute, Burst: 1, Clock: o.Clock}),
		suspects: ratelimit.New(ratelimit.Options{Every: time.Second, Burst: suspectsAtOnce, Clock: o.Clock}),
	}, nil
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	orDefault(&o.AccessTTL, 15*time.Minute)
	orDefault(&o.RefreshTTL, 30*24*time.Hour)
	orDefault(&o.CitizenTTL, 30*24*time.Hour)
	orDefault(&o.LockAfter, 5)
	orDefault(&o.LockFor, 15*time.Minute)
	orDefault(&o.CacheTTL, time.Second)
	orDefault(&o.MaxSessions, 20)
	orDefault(&o.PasswordHistory, 5)
	if o.Vault == nil {
		o.Vault = plain{}
	}
	orDefault(&o.MaxTerm, 365*24*time.Hour)
	orDefault(&o.RequestTTL, 30*24*time.Hour)
	if o.Announce == nil {
		o.Announce = func(context.Context, *ent.Tx, string, string, map[string]string) error { return nil }
	}
	if o.Attempts == nil {
		o.Attempts = ratelimit.New(ratelimit.Options{Every: 100 * time.Millisecond, Burst: 600, Clock: o.Clock})
	}
	if o.Failures == nil {
		o.Failures = ratelimit.New(ratelimit.Options{Every: 10 * time.Second, Burst: 30, Clock: o.Clock})
	}
	return o
}

func orDefault[T comparable](value *T, standard T) {
	var zero T
	if *value == zero {
		*value = standard
	}
}

// now is the present instant, UTC, in the resolution that Postgres keeps.
func (s *Service) now() time.Time { return s.o.Clock().UTC().Truncate(time.Microsecond) }
