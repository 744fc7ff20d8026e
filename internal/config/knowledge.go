package config

import (
	"errors"
	"fmt"
	"time"
)

// KnowledgeService is everything that the knowledge service reads.
type KnowledgeService struct {
	Storage
	Knowledge
	Models
	Logging

	TLSCert         string        `name:"tls-cert" env:"EKC_KNOWLEDGE_TLS_CERT" help:"Certificate (PEM) to serve TLS with; empty: none, for one machine or a private network." placeholder:"FILE"`
	TLSKey          string        `name:"tls-key" env:"EKC_KNOWLEDGE_TLS_KEY" help:"Its key (PEM)." placeholder:"FILE"`
	ShutdownTimeout time.Duration `env:"EKC_SHUTDOWN_TIMEOUT" default:"20s" help:"How long a stop waits for work in progress."`
}

// Validate checks all groups and reports every fault, each under its variable's name.
func (k KnowledgeService) Validate() error {
	errs := []error{k.Storage.Validate(), k.Knowledge.Validate(), k.Models.Validate(), k.Logging.Validate()}
	if (k.TLSCert == "") != (k.TLSKey == "") {
		errs = append(errs, errors.New("EKC_KNOWLEDGE_TLS_CERT and EKC_KNOWLEDGE_TLS_KEY go together: only one is set"))
	}
	if k.ShutdownTimeout <= 0 || k.ShutdownTimeout > maxShutdown {
		errs = append(errs, fmt.Errorf("EKC_SHUTDOWN_TIMEOUT is %s: it must be above zero and at most %s", k.ShutdownTimeout, maxShutdown))
	}
	return errors.Join(errs...)
}
