package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// noteName is the file in the data directory that says where the cluster is when it is not in there. It is read at
	// every start, so a moved data directory keeps its cluster, and a deleted one begins afresh.
	noteName = "postgres.location"
	// elsewhere is where a root process puts clusters whose data directory the server's account cannot reach.
	elsewhere = "/var/lib/ekc"
)

// place is where a cluster lives: its files, its locks and its log. The database files are in place/data.
type place struct {
	base    string
	account account
}

func (p place) data() string { return filepath.Join(p.base, "data") }

// major returns the version of the cluster in the place, 0 when there is none yet.
func (p place) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// absolute resolves symbolic links, so that two names of one directory are one cluster.
func absolute(dataDir string) (string, error) {
	path, err := filepath.Abs(dataDir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// find returns the place of an existing cluster of the data directory; ok is false when there is none.
func find(dataDir string) (p place, ok bool, err error) {
	dir, err := absolute(dataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return place{}, false, nil
	}
	if err != nil {
		return place{}, false, err
	}
	p.base = filepath.Join(dir, "postgres")
	note, err := os.ReadFile(filepath.Join(dir, noteName)) //nolint:gosec // a path below the data directory
	if err == nil {
		p.base = strings.TrimSpace(string(note))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return place{}, false, err
	}
	if _, err = os.Stat(p.base); errors.Is(err, fs.ErrNotExist) {
		return place{}, false, nil
	} else if err != nil {
		return place{}, false, err
	}
	if p.account, err = chooseAccount(p.base); err != nil {
		return place{}, false, err
	}
	if uid, _, err := owner(p.base); err == nil && uid != p.account.uid && !p.account.drop {
		return place{}, false, fmt.Errorf("%s belongs to user %d and this process runs as user %d: start EKC as the former, or choose another EKC_DATA_DIR", p.base, uid, p.account.uid)
	}
	return p, true, nil
}

// prepare returns the place of the data directory's cluster and makes its directory when there is none.
func prepare(ctx context.Context, dataDir string, log *slog.Logger) (place, error) {
	p, ok, err := find(dataDir)
	if err != nil {
		return place{}, err
	}
	if ok {
		if !p.account.reaches(ctx, p.base) {
			return place{}, fmt.Errorf("%s cannot be reached by the account %s that the server runs under: open its parent directories for it (chmod o+x)", p.base, p.account.name)
		}
		return p, nil
	}
	if p.account, err = chooseAccount(""); err != nil {
		return place{}, err
	}
	mode := fs.FileMode(0o700)
	if p.account.drop {
		mode = 0o711 // the server's account has to pass through
	}
	if err := os.MkdirAll(dataDir, mode); err != nil {
		return place{}, fmt.Errorf("make the data directory: %w", err)
	}
	dir, err := absolute(dataDir)
	if err != nil {
		return place{}, err
	}
	p.base = filepath.Join(dir, "postgres")
	if err := p.makeBase(); err != nil {
		return place{}, err
	}
	if p.account.reaches(ctx, p.base) {
		return p, nil
	}
	if err := os.Remove(p.base); err != nil {
		return place{}, err
	}
	return moveElsewhere(dir, p.account, log)
}

func (p place) makeBase() error {
	if err := os.Mkdir(p.base, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the cluster's directory: %w", err)
	}
	return p.account.own(p.base)
}

// moveElsewhere makes a new directory outside of the data directory and leaves the note. The name is new every time: a
// data directory that was deleted and made again must not find the old cluster.
func moveElsewhere(dir string, a account, log *slog.Logger) (place, error) {
	if !a.drop {
		return place{}, fmt.Errorf("%s cannot be written", dir)
	}
	if err := os.MkdirAll(elsewhere, 0o711); err != nil { //nolint:gosec // the server's account has to pass through
		return place{}, err
	}
	prefix := digest(dir) + "-"
	if old, _ := filepath.Glob(filepath.Join(elsewhere, prefix+"*")); len(old) > 0 {
		log.Warn("earlier clusters of this data directory are left over; delete them when they are not needed", "paths", old)
	}
	base, err := os.MkdirTemp(elsewhere, prefix)
	if err != nil {
		return place{}, err
	}
	p := place{base: base, account: a}
	if err := a.own(base); err != nil {
		return place{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, noteName), []byte(base+"\n"), 0o644); err != nil { //nolint:gosec // no secret
		return place{}, err
	}
	log.Info("the server's account cannot reach the data directory; the cluster lives elsewhere", "account", a.name, "path", base)
	return p, nil
}

// digest is a short name for a path.
func digest(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:6])
}
