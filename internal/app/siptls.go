package app

import (
	"fmt"
	"log/slog"

	"ekc/internal/config"
	"ekc/telephony/signaling"
)

// newCertificates reads the files of SIP over TLS; nil when none is named: the system's authorities are believed then.
func newCertificates(c config.SIPTLS, log *slog.Logger) (*signaling.Certificates, error) {
	if !c.On() {
		return nil, nil //nolint:nilnil // TLS may be left out
	}
	certificates, err := signaling.NewCertificates(signaling.CertificateFiles{
		Certificate: c.Cert, Key: c.Key, Authorities: c.CA, ClientAuthorities: c.ClientCA,
	}, nil, log)
	if err != nil {
		return nil, fmt.Errorf("EKC_SIP_TLS_*: %w", err)
	}
	return certificates, nil
}
