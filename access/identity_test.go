package access_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"ekc/access"
	"ekc/access/identity"
	"ekc/access/viewer"
	"ekc/internal/fail"
)

const (
	clientID     = "ekc"
	clientSecret = "a secret of the test"
	redirect     = "http://127.0.0.1:1/return"
)

// provider is a real one (zitadel/oidc) on the loopback.
type provider struct {
	*httptest.Server
	t       *testing.T
	storage *storage.Storage
}

// newProvider starts one. The library writes to a variable of its package while it sets a provider up, so tests with a provider do not run at the same time.
func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{t: t}
	var handler http.Handler
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(p.Close)
	client := storage.WebClient(clientID, clientSecret, redirect)
	p.storage = storage.NewStorageWithClients(storage.NewUserStore(p.URL), map[string]*storage.Client{clientID: client})
	handler = exampleop.SetupServer(p.URL, p.storage, slog.New(slog.NewTextHandler(io.Discard, nil)), false)
	return p
}

func (p *provider) config() identity.Config {
	return identity.Config{Issuer: p.URL, ClientID: clientID, ClientSecret: clientSecret, RedirectURL: redirect}
}

// visit goes to the provider as a person with a browser does, and returns what they come back with.
func (p *provider) visit(address, user string) access.Return {
	p.t.Helper()
	browser := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), redirect) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page, err := browser.Get(address)
	require.NoError(p.t, err)
	defer func() { _ = page.Body.Close() }()
	require.Equal(p.t, http.StatusOK, page.StatusCode)
	id := page.Request.URL.Query().Get("authRequestID")
	require.NotEmpty(p.t, id, page.Request.URL.String())
	back, err := browser.PostForm(p.URL+"/login/username", url.Values{"username": {user}, "password": {"verysecure"}, "id": {id}})
	require.NoError(p.t, err)
	defer func() { _ = back.Body.Close() }()
	location, err := back.Location()
	require.NoError(p.t, err)
	return access.Return{State: location.Query().Get("state"), Code: location.Query().Get("code")}
}

// sign makes a token of the provider.
func (p *provider) sign(claims string) string {
	p.t.Helper()
	key, err := p.storage.SigningKey(p.t.Context())
	require.NoError(p.t, err)
	signer, err := jose.NewSigner(jose.SigningKey{
		Algorithm: key.SignatureAlgorithm(), Key: jose.JSONWebKey{Key: key.Key(), KeyID: key.ID()},
	}, nil)
	require.NoError(p.t, err)
	object, err := signer.Sign([]byte(claims))
	require.NoError(p.t, err)
	text, err := object.CompactSerialize()
	require.NoError(p.t, err)
	return text
}

// through goes to the provider and comes back with the departure's secret.
func (c *centre) through(ctx context.Context, p *provider, link bool, user string) access.Return {
	c.t.Helper()
	departure, err := c.service.Depart(ctx, link)
	require.NoError(c.t, err)
	r := p.visit(departure.URL, user)
	r.Secret = departure.Secret
	return r
}

func TestSignInByAnIdentityProvider(t *testing.T) {
	p := newProvider(t)
	c := newCentre(t, func(o *access.Options) { o.Identity = identity.New(p.config(), nil) })
	a := c.add("ivanov", access.NewRole{Role: viewer.Supervisor, AgencyID: c.pfr.ID})
	mine := c.as(c.signIn("ivanov").AccessToken)
	host := strings.Split(strings.TrimPrefix(p.URL, "http://"), ":")[0]
	user, other := "test-user@"+host, "test-user2"

	departure, err := c.service.Depart(t.Context(), false)
	require.NoError(t, err)
	at, err := url.Parse(departure.URL)
	require.NoError(t, err)
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		require.NotEmpty(t, at.Query().Get(name), name)
	}
	require.Equal(t, "S256", at.Query().Get("code_challenge_method"))

	_, _, err = c.service.SignInByIdentity(t.Context(), c.through(t.Context(), p, false, user))
	c.refused(fail.Unauthenticated, err) // nobody is linked, whatever their e-mail
	link, err := c.service.LinkIdentity(mine, c.through(mine, p, true, user))
	require.NoError(t, err)
	require.Equal(t, "id1", link.Subject)
	require.Equal(t, 1, c.audited("identity.link", a.ID))

	r := c.through(t.Context(), p, false, user)
	tokens, account, err := c.service.SignInByIdentity(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, a.ID, account.ID)
	by := c.as(tokens.AccessToken)
	_, _, err = c.service.SignInByIdentity(t.Context(), r)
	c.refused(fail.Unauthenticated, err) // it was finished
	_, _, err = c.service.SignInByIdentity(t.Context(), c.through(t.Context(), p, false, other))
	c.refused(fail.Unauthenticated, err)

	petrov := c.login("petrov")
	_, err = c.service.LinkIdentity(petrov, c.through(petrov, p, true, user))
	c.refused(fail.Conflict, err)
	_, err = c.service.LinkIdentity(petrov, c.through(mine, p, true, other))
	c.refused(fail.Unauthenticated, err) // begun by somebody else
	_, _, err = c.service.SignInByIdentity(t.Context(), c.through(mine, p, true, user))
	c.refused(fail.Unauthenticated, err) // begun for something else

	for name, spoil := range map[string]func(*access.Return){
		"another browser": func(r *access.Return) { r.Secret = departure.Secret },
		"no secret":       func(r *access.Return) { r.Secret = "" },
		"another code":    func(r *access.Return) { r.Code += "x" },
		"another state":   func(r *access.Return) { r.State = r.State[:len(r.State)-2] + "AA" },
		"no state":        func(r *access.Return) { r.State = "" },
	} {
		r := c.through(t.Context(), p, false, user)
		spoil(&r)
		_, _, err := c.service.SignInByIdentity(t.Context(), r)
		require.Equal(t, fail.Unauthenticated, fail.CodeOf(err), name)
	}
	r = c.through(t.Context(), p, false, user)
	c.clock.pass(11 * time.Minute)
	_, _, err = c.service.SignInByIdentity(t.Context(), r)
	c.refused(fail.Unauthenticated, err) // too long away

	require.NoError(t, c.service.UnlinkIdentity(mine, link.ID))
	_, err = c.service.Renew(t.Context(), viewer.From(by))
	c.refused(fail.Unauthenticated, err)
	_, _, err = c.service.SignInByIdentity(t.Context(), c.through(t.Context(), p, false, user))
	c.refused(fail.Unauthenticated, err)
}

func TestTheProviderEndsSessions(t *testing.T) {
	p := newProvider(t)
	c := newCentre(t, func(o *access.Options) { o.Identity, o.CacheTTL = identity.New(p.config(), nil), -1 })
	a := c.add("ivanov", access.NewRole{Role: viewer.Supervisor, AgencyID: c.pfr.ID})
	byPassword := c.signIn("ivanov")
	mine := c.as(byPassword.AccessToken)
	host := strings.Split(strings.TrimPrefix(p.URL, "http://"), ":")[0]
	_, err := c.service.LinkIdentity(mine, c.through(mine, p, true, "test-user@"+host))
	require.NoError(t, err)
	tokens, _, err := c.service.SignInByIdentity(t.Context(), c.through(t.Context(), p, false, "test-user@"+host))
	require.NoError(t, err)
	now := time.Now().Unix()
	claims := func(change ...string) string {
		text := `{"iss":"ISS","aud":"ekc","sub":"id1","iat":NOW,"exp":END,"jti":"1","events":{"http://schemas.openid.net/event/backchannel-logout":{}}}`
		text = strings.NewReplacer(change...).Replace(text)
		return strings.NewReplacer("ISS", p.URL, "NOW", strconv.FormatInt(now, 10), "END", strconv.FormatInt(now+120, 10)).Replace(text)
	}
	for name, token := range map[string]string{
		"not a token":       "x",
		"another audience":  p.sign(claims(`"ekc"`, `"other"`)),
		"another issuer":    p.sign(claims("ISS", "http://127.0.0.1:2")),
		"no event":          p.sign(claims("backchannel-logout", "something")),
		"with a nonce":      p.sign(claims(`"jti":"1"`, `"nonce":"1"`)),
		"nobody's":          p.sign(claims(`"sub":"id1",`, "")),
		"ended":             p.sign(claims("END", "1")),
		"of another person": "",
	} {
		if token == "" {
			require.NoError(t, c.service.EndByProvider(t.Context(), p.sign(claims("id1", "id2"))), name)
		} else {
			require.Equal(t, fail.Invalid, fail.CodeOf(c.service.EndByProvider(t.Context(), token)), name)
		}
		_, err := c.service.Authenticate(t.Context(), tokens.AccessToken)
		require.NoError(t, err, name)
	}
	require.NoError(t, c.service.EndByProvider(t.Context(), p.sign(claims())))
	_, err = c.service.Authenticate(t.Context(), tokens.AccessToken)
	c.refused(fail.Unauthenticated, err)
	_, err = c.service.Authenticate(t.Context(), byPassword.AccessToken)
	require.NoError(t, err, "the session by password is not the provider's")
	require.Equal(t, 1, c.audited("session.ended_by_provider", a.ID))
}

func TestAProviderThatIsAway(t *testing.T) {
	p := newProvider(t)
	config := p.config()
	p.Close()
	c := newCentre(t, func(o *access.Options) { o.Identity = identity.New(config, nil) })
	_, err := c.service.Depart(t.Context(), false)
	c.refused(fail.Unavailable, err)
	_, err = newCentre(t).service.Depart(t.Context(), false)
	c.refused(fail.Conflict, err)
}
