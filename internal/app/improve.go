package app

import (
	"strings"

	"ekc/internal/config"
	"ekc/knowledge/improve"
	"ekc/knowledge/remote"
)

// Improvements is what makes a base better; somebody must close it.
type Improvements interface {
	improve.Service
	Close() error
}

// openImprovements gives it over the base's database in this process.
func openImprovements(url string, base improve.Base) (Improvements, error) {
	return improve.Open(improve.Options{URL: url, Base: base})
}

// dialImprovements gives that of the knowledge service, which may be away now.
func dialImprovements(c config.Storage, k config.Knowledge) (Improvements, error) {
	secret, err := servicesSecret(c.DataDir, k.KnowledgeSecret)
	if err != nil {
		return nil, err
	}
	return remote.NewImprovements(remote.ClientOptions{URL: strings.TrimRight(k.KnowledgeURL, "/"), Secret: secret}), nil
}
