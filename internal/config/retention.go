package config

import (
	"errors"
	"fmt"
	"time"
)

// Retention says how long the data of citizens is kept, beside recordings, which have terms of their own.
type Retention struct {
	RetentionDialogue int `env:"EKC_RETENTION_DIALOGUE" default:"1095" help:"Days for which what was said, written and sent is kept after the end of an interaction; 0 = for ever."`
	RetentionIdentity int `env:"EKC_RETENTION_IDENTITY" default:"1825" help:"Days for which it is kept who a citizen was, after the end of their last interaction; 0 = for ever."`
}

// maxRetention is a hundred years, in days.
const maxRetention = 36500

// Validate checks the group.
func (r Retention) Validate() error {
	var errs []error
	for name, days := range map[string]int{"EKC_RETENTION_DIALOGUE": r.RetentionDialogue, "EKC_RETENTION_IDENTITY": r.RetentionIdentity} {
		if days < 0 || days > maxRetention {
			errs = append(errs, fmt.Errorf("%s is %d: it must be between 0 and %d days", name, days, maxRetention))
		}
	}
	if r.RetentionIdentity > 0 && r.RetentionDialogue > r.RetentionIdentity {
		errs = append(errs, errors.New("EKC_RETENTION_DIALOGUE is longer than EKC_RETENTION_IDENTITY: words would outlive the person"))
	}
	return errors.Join(errs...)
}

// DialogueTerm is the term of words; zero: for ever.
func (r Retention) DialogueTerm() time.Duration {
	return time.Duration(r.RetentionDialogue) * 24 * time.Hour
}

// IdentityTerm is the term of persons; zero: for ever.
func (r Retention) IdentityTerm() time.Duration {
	return time.Duration(r.RetentionIdentity) * 24 * time.Hour
}
