package seal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	keyBytes   = 32
	masterFile = "master.key"
)

// Master is a key that encrypts data keys. The zero value is none.
type Master struct{ key []byte }

// Fingerprint tells master keys apart and says nothing about them.
func (m Master) Fingerprint() string {
	sum := sha256.Sum256(append([]byte("ekc master key\x00"), m.key...))
	return hex.EncodeToString(sum[:8])
}

// IsZero reports whether there is no key.
func (m Master) IsZero() bool { return len(m.key) == 0 }

// ParseMaster reads a key of 32 bytes in base64 or hexadecimal.
func ParseMaster(text string) (Master, error) {
	text = strings.TrimSpace(text)
	key, err := hex.DecodeString(text)
	if err != nil {
		key, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil || len(key) != keyBytes {
		return Master{}, fmt.Errorf("a master key is %d bytes in base64 or hexadecimal", keyBytes)
	}
	return Master{key}, nil
}

// NewMaster draws a key.
func NewMaster() (Master, string, error) {
	key := make([]byte, keyBytes)
	if _, err := rand.Read(key); err != nil {
		return Master{}, "", fmt.Errorf("draw a master key: %w", err)
	}
	return Master{key}, base64.StdEncoding.EncodeToString(key), nil
}

// FileMaster reads the master key of a data directory (master.key), which is made when there is none, readable to its owner alone.
// Nodes that share a database and not the directory must be given the key instead.
func FileMaster(dataDir string) (Master, error) {
	path := filepath.Join(dataDir, masterFile)
	text, err := os.ReadFile(path) //nolint:gosec // the operator's own directory
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeMaster(dataDir, path); err == nil {
			text, err = os.ReadFile(path) //nolint:gosec // as above
		}
	}
	if err != nil {
		return Master{}, fmt.Errorf("master key: %w", err)
	}
	m, err := ParseMaster(string(text))
	if err != nil {
		return Master{}, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// makeMaster puts a whole file in place or none, and leaves one that another process was faster with.
func makeMaster(dataDir, path string) error {
	_, text, err := NewMaster()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dataDir, 0o755); err != nil { //nolint:gosec // the embedded server's own account must get in
		return err
	}
	draft, err := os.CreateTemp(dataDir, masterFile+".*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }() // linked by now, or of no use
	_, err = draft.WriteString(text + "\n")
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
