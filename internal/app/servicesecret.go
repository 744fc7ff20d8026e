package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ekc/internal/config"
)

// secretFile is where processes that share a data directory find the secret by which they know each other.
const secretFile = "services.secret"

// minSecret is the least length of a secret, in bytes: one that is shorter is a mistake.
const minSecret = 16

// servicesSecret is the one that was set, or that of the data directory: whoever asks first makes it.
func servicesSecret(dataDir string, set config.Secret) (string, error) {
	if secret := set.Reveal(); secret != "" {
		if len(secret) < minSecret {
			return "", fmt.Errorf("EKC_KNOWLEDGE_SECRET is too short: at least %d characters", minSecret)
		}
		return secret, nil
	}
	path := filepath.Join(dataDir, secretFile)
	text, err := os.ReadFile(path) //nolint:gosec // the operator's own directory
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeSecret(dataDir, path); err == nil {
			text, err = os.ReadFile(path) //nolint:gosec // as above
		}
	}
	if err != nil {
		return "", fmt.Errorf("the services' secret: %w; EKC_KNOWLEDGE_SECRET sets one", err)
	}
	secret := strings.TrimSpace(string(text))
	if len(secret) < minSecret {
		return "", fmt.Errorf("%s holds no secret; remove it and start again, or set EKC_KNOWLEDGE_SECRET", path)
	}
	return secret, nil
}

// makeSecret puts a whole file in place or none, and leaves one that another process was faster with.
func makeSecret(dataDir, path string) error {
	if err := os.MkdirAll(dataDir, 0o755); err != nil { //nolint:gosec // the embedded server's own account must get in
		return err
	}
	draft, err := os.CreateTemp(dataDir, secretFile+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }() // linked by now, or of no use
	_, err = draft.WriteString(rand.Text() + rand.Text() + "\n")
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
