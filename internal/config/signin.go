package config

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// SignIn says how people and programs come in.
type SignIn struct {
	SecondFactorRoles []string      `name:"second-factor-roles" env:"EKC_SECOND_FACTOR_ROLES" help:"Roles whose holders must sign in with a one-time code too, comma separated, such as ADMINISTRATOR,SEGMENT_ADMINISTRATOR; empty: whoever has set one up." placeholder:"ROLE"`
	PasswordAge       time.Duration `env:"EKC_PASSWORD_AGE" default:"0s" help:"After how long a password must be changed, such as 2160h; 0 = never."`
	AccessMaxTerm     time.Duration `env:"EKC_ACCESS_MAX_TERM" default:"8760h" help:"For how long a role may be given on request at most."`
	OIDC              OIDC          `embed:"" prefix:"oidc-"`
	TLS               TLS           `embed:"" prefix:"tls-"`
}

// OIDC is the identity provider (OpenID Connect) that people may sign in by.
type OIDC struct {
	Issuer       string `name:"issuer" env:"EKC_OIDC_ISSUER" help:"Address of the identity provider; empty: none." placeholder:"URL"`
	ClientID     string `name:"client-id" env:"EKC_OIDC_CLIENT_ID" help:"As whom the centre is known there." placeholder:"ID"`
	ClientSecret Secret `name:"client-secret" env:"EKC_OIDC_CLIENT_SECRET" help:"The secret for it; may be empty." placeholder:"SECRET"`
	RedirectURL  string `name:"redirect-url" env:"EKC_OIDC_REDIRECT_URL" help:"Page of the front end that people come back to." placeholder:"URL"`
}

// On reports whether there is a provider.
func (o OIDC) On() bool { return o.Issuer != "" }

// TLS lets the API be served over TLS without a proxy. The files are PEM and are read at the start.
type TLS struct {
	Cert     string `name:"cert" env:"EKC_TLS_CERT" help:"Certificate chain for the API; empty: plain HTTP, behind a proxy." placeholder:"FILE"`
	Key      string `name:"key" env:"EKC_TLS_KEY" help:"Its key." placeholder:"FILE"`
	ClientCA string `name:"client-ca" env:"EKC_TLS_CLIENT_CA" help:"Authorities of the certificates that accounts and API keys are bound to; a client that shows one of another authority is refused." placeholder:"FILE"`
}

// On reports whether the API is served over TLS.
func (t TLS) On() bool { return t.Cert != "" }

// factorRoles are those that EKC_SECOND_FACTOR_ROLES may name.
var factorRoles = []string{
	"OPERATOR", "SUPERVISOR", "CONTENT_MANAGER", "EXPERT_SYSTEM_ADMINISTRATOR", "SEGMENT_ADMINISTRATOR", "SEGMENT_COORDINATOR",
	"EXPERT_SYSTEM_USER", "ADMINISTRATOR",
}

const (
	minPasswordAge = 24 * time.Hour
	maxAccessTerm  = 10 * 366 * 24 * time.Hour
)

// Validate checks the group.
func (s SignIn) Validate() error {
	var errs []error
	for _, role := range s.SecondFactorRoles {
		if !slices.Contains(factorRoles, role) {
			errs = append(errs, fmt.Errorf("EKC_SECOND_FACTOR_ROLES has %q: the roles are %v", role, factorRoles))
		}
	}
	if s.PasswordAge != 0 && s.PasswordAge < minPasswordAge {
		errs = append(errs, fmt.Errorf("EKC_PASSWORD_AGE is %s: it must be 0 or at least %s", s.PasswordAge, minPasswordAge))
	}
	if s.AccessMaxTerm <= 0 || s.AccessMaxTerm > maxAccessTerm {
		errs = append(errs, fmt.Errorf("EKC_ACCESS_MAX_TERM is %s: it must be above zero and at most ten years", s.AccessMaxTerm))
	}
	return errors.Join(append(errs, s.OIDC.validate(), s.TLS.validate())...)
}

func (o OIDC) validate() error {
	if !o.On() {
		return nil
	}
	err := errors.Join(checkURL("EKC_OIDC_ISSUER", o.Issuer), checkURL("EKC_OIDC_REDIRECT_URL", o.RedirectURL))
	if o.ClientID == "" || o.RedirectURL == "" {
		err = errors.Join(err, errors.New("EKC_OIDC_ISSUER needs EKC_OIDC_CLIENT_ID and EKC_OIDC_REDIRECT_URL"))
	}
	return err
}

func (t TLS) validate() error {
	switch {
	case (t.Cert == "") != (t.Key == ""):
		return errors.New("EKC_TLS_CERT and EKC_TLS_KEY belong together")
	case t.ClientCA != "" && t.Cert == "":
		return errors.New("EKC_TLS_CLIENT_CA needs EKC_TLS_CERT and EKC_TLS_KEY")
	}
	return nil
}
