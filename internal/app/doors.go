package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"ekc/access"
	"ekc/access/identity"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/secondfactor"
	"ekc/internal/config"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/seal"
)

// logoutPath is where the identity provider tells that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0).
const logoutPath = "/oidc/backchannel-logout"

// maxLogout bounds a logout token, in bytes.
const maxLogout = 16 << 10

// signInOptions are the settings of access that the environment gives.
func signInOptions(c config.SignIn, events *eventlog.Log, ring *seal.Ring) access.Options {
	o := access.Options{PasswordAge: c.PasswordAge, MaxTerm: c.AccessMaxTerm, Vault: factorVault{ring}}
	for _, role := range c.SecondFactorRoles {
		o.FactorRoles = append(o.FactorRoles, viewer.Role(role))
	}
	if c.OIDC.On() {
		o.Identity = identity.New(identity.Config{
			Issuer: c.OIDC.Issuer, ClientID: c.OIDC.ClientID, ClientSecret: c.OIDC.ClientSecret.Reveal(), RedirectURL: c.OIDC.RedirectURL,
		}, nil)
	}
	o.Announce = func(ctx context.Context, tx *ent.Tx, kind, accountID string, data map[string]string) error {
		return events.Append(ctx, tx, eventlog.Event{Kind: kind, AccountID: accountID, Data: data})
	}
	return o
}

// factorVault encrypts the secrets of second factors with the keys of columns.
type factorVault struct{ ring *seal.Ring }

func placeOf(factorID string) seal.Place {
	return seal.Place{Table: secondfactor.Table, Column: secondfactor.FieldSecret, Row: factorID}
}

// Seal is part of access.Vault.
func (v factorVault) Seal(ctx context.Context, factorID string, secret []byte) ([]byte, error) {
	return v.ring.Seal(ctx, placeOf(factorID), secret)
}

// Unseal is part of access.Vault.
func (v factorVault) Unseal(ctx context.Context, factorID string, sealed []byte) ([]byte, error) {
	return v.ring.Unseal(ctx, placeOf(factorID), sealed)
}

// logoutHandler ends the sessions that a logout token names. The answers are those of Back-Channel Logout 1.0 §2.8; refused is told of tokens
// that are none.
func logoutHandler(a *access.Service, log *slog.Logger, refused func(*http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxLogout)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "a form with logout_token is expected", http.StatusBadRequest)
			return
		}
		err := a.EndByProvider(r.Context(), r.PostForm.Get("logout_token"))
		switch fail.CodeOf(err) {
		case "":
			w.WriteHeader(http.StatusOK)
		case fail.Internal:
			log.ErrorContext(r.Context(), "a logout of the identity provider failed", "error", err)
			http.Error(w, "internal error", http.StatusInternalServerError)
		case fail.Unavailable:
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		default:
			refused(r)
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
}

// overTLS wraps the listener where the API is served over TLS. Client certificates are asked for and need not be shown, but
// one that is shown must be of the authorities. The files are read again when they change.
func overTLS(listener net.Listener, c config.TLS, log *slog.Logger) (net.Listener, error) {
	if !c.On() {
		return listener, nil
	}
	held, err := newAPICertificates(c, time.Now, log)
	if err != nil {
		return nil, err
	}
	return tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetConfigForClient: held.forClient}), nil
}

func authorities(path string) (*x509.CertPool, error) {
	file, err := os.Open(path) //nolint:gosec // the operator's own file
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, 1<<20))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("the file holds no certificate")
	}
	return pool, nil
}
