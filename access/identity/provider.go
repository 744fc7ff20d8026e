// Package identity speaks with an identity provider: OpenID Connect Core 1.0, the authorization code flow with PKCE
// (RFC 7636), state and nonce, as RFC 9700 asks for, and Back-Channel Logout 1.0. It keeps nothing of people, and imports
// internal/fail alone of the project; whose account somebody is decides package access.
package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"ekc/internal/fail"
)

// Config says which provider, and as whom.
type Config struct {
	// Issuer is the provider's address, under which its configuration is published.
	Issuer string
	// ClientID and ClientSecret are those that the provider has given to the centre; the secret may be empty.
	ClientID, ClientSecret string
	// RedirectURL is the page of the front end that the provider sends people back to.
	RedirectURL string
	// Scopes are asked for beside openid.
	Scopes []string
}

// Person is somebody for whom the provider vouches.
type Person struct {
	// Issuer and Subject name a person for good; no other claim does (OpenID Connect Core §5.7).
	Issuer, Subject string
	// Session is the provider's name of its session; empty when it names none.
	Session string
}

// Provider is one provider. It is found at first use, so that it may be away while the centre starts.
type Provider struct {
	config Config
	client *http.Client

	mu    sync.Mutex
	found *oidc.Provider
}

// patience bounds one request to the provider.
const patience = 10 * time.Second

// New returns the provider. client may be nil.
func New(c Config, client *http.Client) *Provider {
	if client == nil {
		client = &http.Client{Timeout: patience}
	}
	return &Provider{config: c, client: client}
}

func errAway() error {
	return fail.New(fail.Unavailable, "the identity provider is away; sign in with a password, or try again")
}

// errNotVouched tells nothing of why: whoever brings a wrong code learns no more.
func errNotVouched() error {
	return fail.New(fail.Unauthenticated, "the identity provider did not vouch for you; begin anew")
}

// discover reads the provider's configuration once. Its keys are fetched as they are needed, so the context must outlive the call.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.config.Issuer)
	if err != nil {
		return nil, errAway()
	}
	p.found = found
	return found, nil
}

func (p *Provider) oauth(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, RedirectURL: p.config.RedirectURL,
		Endpoint: found.Endpoint(), Scopes: append([]string{oidc.ScopeOpenID}, p.config.Scopes...),
	}
}

// Begin is the address to send a person to. The verifier is of PKCE, 43 to 128 characters (RFC 7636 §4.1).
func (p *Provider) Begin(ctx context.Context, state, nonce, verifier string) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return p.oauth(found).AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// Finish trades the code that a person came back with for who they are.
func (p *Provider) Finish(ctx context.Context, code, nonce, verifier string) (Person, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return Person{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := p.oauth(found).Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return Person{}, errNotVouched()
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Person{}, errNotVouched()
	}
	id, err := found.VerifierContext(ctx, &oidc.Config{ClientID: p.config.ClientID}).Verify(ctx, raw)
	if err != nil || id.Nonce != nonce || nonce == "" || id.Subject == "" {
		return Person{}, errNotVouched()
	}
	var claims struct {
		Session string `json:"sid"`
	}
	if err := id.Claims(&claims); err != nil {
		return Person{}, errNotVouched()
	}
	return Person{Issuer: id.Issuer, Subject: id.Subject, Session: claims.Session}, nil
}

// logoutEvent is the one event of a logout token (Back-Channel Logout 1.0 §2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// Logout reads a logout token (Back-Channel Logout 1.0 §2.6): whose sessions end, all of a person's, or one.
func (p *Provider) Logout(ctx context.Context, raw string) (Person, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return Person{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := found.VerifierContext(ctx, &oidc.Config{ClientID: p.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return Person{}, fail.New(fail.Invalid, "the logout token is not the provider's")
	}
	var claims struct {
		Session string                     `json:"sid"`
		Nonce   *string                    `json:"nonce"`
		Events  map[string]json.RawMessage `json:"events"`
	}
	if err := token.Claims(&claims); err != nil {
		return Person{}, fail.New(fail.Invalid, "the logout token cannot be read")
	}
	_, logout := claims.Events[logoutEvent]
	if !logout || claims.Nonce != nil || (token.Subject == "" && claims.Session == "") {
		return Person{}, fail.New(fail.Invalid, "%s", fmt.Sprintf("not a logout token: it needs the event %s, a sub or a sid, and no nonce", logoutEvent))
	}
	return Person{Issuer: token.Issuer, Subject: token.Subject, Session: claims.Session}, nil
}
