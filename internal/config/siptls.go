package config

import "errors"

// SIPTLS is SIP over TLS. The files are PEM and are read again when they change.
type SIPTLS struct {
	Addr     string `name:"addr" env:"EKC_SIP_TLS_ADDR" help:"SIP over TLS, usually port 5061; empty = not served." placeholder:"IP:PORT"`
	Cert     string `name:"cert" env:"EKC_SIP_TLS_CERT" help:"Certificate chain for SIP over TLS." placeholder:"FILE"`
	Key      string `name:"key" env:"EKC_SIP_TLS_KEY" help:"Its key." placeholder:"FILE"`
	CA       string `name:"ca" env:"EKC_SIP_TLS_CA" help:"Authorities of the carriers that are called over TLS; empty: the system's." placeholder:"FILE"`
	ClientCA string `name:"client-ca" env:"EKC_SIP_TLS_CLIENT_CA" help:"Carriers that call over TLS must show a certificate of these authorities; empty: none is asked for." placeholder:"FILE"`
}

// On reports whether any of it is set: calls over TLS need no listener.
func (t SIPTLS) On() bool { return t != SIPTLS{} }

func (t SIPTLS) validate() error {
	if t.Addr == "" {
		if (t.Cert == "") != (t.Key == "") {
			return errors.New("EKC_SIP_TLS_CERT and EKC_SIP_TLS_KEY belong together")
		}
		return nil
	}
	if t.Cert == "" || t.Key == "" {
		return errors.New("EKC_SIP_TLS_ADDR needs EKC_SIP_TLS_CERT and EKC_SIP_TLS_KEY")
	}
	return checkAddr("EKC_SIP_TLS_ADDR", t.Addr)
}
