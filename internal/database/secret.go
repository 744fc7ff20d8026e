package database

import (
	"context"
	"crypto/rand"
	"fmt"

	"ekc/ent"
)

// Secret returns the secret of a name that all nodes share; whoever asks first makes it, of so many random bytes. The context is
// the system's.
func Secret(system context.Context, client *ent.Client, name string, bytes int) ([]byte, error) {
	fresh := make([]byte, bytes)
	if _, err := rand.Read(fresh); err != nil {
		return nil, fmt.Errorf("make secret %s: %w", name, err)
	}
	err := client.Secret.Create().SetID(name).SetValue(fresh).Exec(system)
	if err != nil && !ent.IsConstraintError(err) { // it is there already
		return nil, fmt.Errorf("keep secret %s: %w", name, err)
	}
	secret, err := client.Secret.Get(system, name)
	if err != nil {
		return nil, fmt.Errorf("read secret %s: %w", name, err)
	}
	return secret.Value, nil
}
