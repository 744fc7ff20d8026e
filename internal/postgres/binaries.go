package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// MinVersion is the oldest major version of PostgreSQL that EKC runs on.
const MinVersion = 15

// ErrNoServer says that no PostgreSQL server of a fitting version is installed.
var ErrNoServer = errors.New("no PostgreSQL server found")

// binaries are the server programs of one installed PostgreSQL.
type binaries struct {
	dir   string
	share string
	major int
}

func (b binaries) program(name string) string { return filepath.Join(b.dir, name) }

// has reports whether the named extension can be created by this server.
func (b binaries) has(extension string) bool {
	_, err := os.Stat(filepath.Join(b.share, "extension", extension+".control"))
	return err == nil
}

var versionNumber = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// installed lists the servers of this machine, newest first.
func installed(ctx context.Context) []binaries {
	var dirs []string
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin"} {
		found, _ := filepath.Glob(pattern) // the patterns are constant and well formed
		dirs = append(dirs, found...)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	var all []binaries
	seen := map[string]bool{}
	for _, dir := range dirs {
		if path, err := filepath.EvalSymlinks(dir); err == nil && !seen[path] {
			seen[path] = true
			if b, ok := inspect(ctx, path); ok {
				all = append(all, b)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b binaries) int { return cmp.Compare(b.major, a.major) })
	return all
}

// inspect reads the version of the server in dir; a directory with the client programs only does not count.
func inspect(ctx context.Context, dir string) (binaries, bool) {
	for _, program := range []string{"postgres", "initdb"} {
		if _, err := os.Stat(filepath.Join(dir, program)); err != nil {
			return binaries{}, false
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output() //nolint:gosec // a program found above
	if err != nil {
		return binaries{}, false
	}
	match := versionNumber.FindSubmatch(out)
	if match == nil {
		return binaries{}, false
	}
	major, err := strconv.Atoi(string(match[1]))
	if err != nil {
		return binaries{}, false
	}
	b := binaries{dir: dir, major: major, share: filepath.Join(dir, "..", "share", "postgresql")}
	if out, err := exec.CommandContext(ctx, filepath.Join(dir, "pg_config"), "--sharedir").Output(); err == nil { //nolint:gosec // as above
		b.share = strings.TrimSpace(string(out))
	}
	return b, true
}

// choose picks the server for a new cluster (major == 0): the newest that has the wanted extension, else the newest. An
// existing cluster is bound to the major version that made it.
func choose(servers []binaries, major int, extension string) (binaries, error) {
	if major != 0 {
		for _, b := range servers {
			if b.major == major {
				return b, nil
			}
		}
		return binaries{}, fmt.Errorf("%w: the cluster was made by PostgreSQL %d, which is not installed: install postgresql-%d", ErrNoServer, major, major)
	}
	var newest *binaries
	for i := range servers {
		if servers[i].major < MinVersion {
			continue
		}
		if extension == "" || servers[i].has(extension) {
			return servers[i], nil
		}
		if newest == nil {
			newest = &servers[i]
		}
	}
	if newest == nil {
		return binaries{}, fmt.Errorf("%w: version %d or newer is needed: run scripts/setup.sh", ErrNoServer, MinVersion)
	}
	return *newest, nil
}
