package signaling

import (
	"context"
	"errors"
	"strings"

	"ekc/telephony/signaling/digest"
	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

// verdict is what came of asking a request for its password.
type verdict struct {
	// status is 0 when the sender is who he claims to be, else how to refuse.
	status int
	user   string
	stale  bool
}

// ask runs work that may wait for the accounts or the bindings; too many at once get 503.
func (a *Agent) ask(m *wire.Message, tx *transaction.Server, work func(ctx context.Context)) {
	select {
	case a.lookups <- struct{}{}:
	default:
		refusal := a.reply(m, 503, "", a.token(8))
		refusal.Add("Retry-After", "5")
		_ = tx.Respond(refusal)
		return
	}
	started := a.spawn(func() {
		defer func() { <-a.lookups }()
		ctx, cancel := context.WithTimeout(a.ctx, lookupTimeout)
		defer cancel()
		work(ctx)
	})
	if !started {
		<-a.lookups
	}
}

// verify checks the digest of a phone. It may block.
func (a *Agent) verify(ctx context.Context, m *wire.Message, flow transport.Flow) verdict {
	claim, ok := a.verifier.Claim(m.All("Authorization"))
	if !ok {
		claim, ok = a.verifier.Claim(m.All("Proxy-Authorization"))
	}
	remote := flow.Remote().Addr()
	switch {
	case a.config.Accounts == nil:
		a.guard.Strike(remote)
		return verdict{status: 403}
	case !ok:
		return verdict{status: 401}
	}
	secret, err := a.config.Accounts.Secret(ctx, claim.User)
	if err != nil && !errors.Is(err, ErrNoAccount) {
		a.config.Log.Warn("accounts cannot be asked", "error", err)
		return verdict{status: 503}
	}
	result := a.verifier.Verify(claim, m.Method, func(algorithm string) string {
		if err != nil { // nobody has that name: take as long as for a wrong password
			_ = digest.HA1(algorithm, claim.User, a.config.Realm, "")
			return ""
		}
		return secret.ha1(algorithm, claim.User, a.config.Realm)
	}, func(uri string) bool { return sameURI(uri, m) })
	switch result {
	case digest.Valid:
		return verdict{user: claim.User}
	case digest.Stale:
		return verdict{status: 401, stale: true}
	default:
		a.counters.authFail.Add(1)
		a.guard.Strike(remote)
		return verdict{status: 403}
	}
}

func (s Secret) ha1(algorithm, user, realm string) string {
	switch {
	case s.Password != "":
		return digest.HA1(algorithm, user, realm, s.Password)
	case algorithm == "MD5":
		return strings.ToLower(s.HA1MD5)
	case algorithm == "SHA-256":
		return strings.ToLower(s.HA1SHA256)
	default:
		return ""
	}
}

// sameURI reports whether a digest's URI means the request's: equal, or equal in user, host and port.
func sameURI(uri string, m *wire.Message) bool {
	if uri == m.RawURI {
		return true
	}
	parsed, err := wire.ParseURI(uri)
	return err == nil && parsed.User == m.URI.User && strings.EqualFold(parsed.Host, m.URI.Host) && parsed.Port == m.URI.Port
}

// refusal makes the response of a verdict, with challenges for 401.
func (a *Agent) refusal(m *wire.Message, v verdict, tag string) *wire.Message {
	answer := a.reply(m, v.status, "", tag)
	switch v.status {
	case 401:
		challenges, err := a.verifier.Challenges(v.stale)
		if err != nil {
			return a.reply(m, 500, "", tag)
		}
		if a.config.MD5Only {
			challenges = challenges[len(challenges)-1:]
		}
		for _, c := range challenges {
			answer.Add("WWW-Authenticate", c)
		}
	case 503:
		answer.Add("Retry-After", "5")
	}
	return answer
}
