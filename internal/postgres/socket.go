package postgres

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	// port is part of the socket's file name; nothing listens on it over TCP.
	port = 5432
	// maxSocketPath is what sockaddr_un.sun_path holds besides its final zero.
	maxSocketPath = 107
)

func socketFile(dir string) string { return filepath.Join(dir, fmt.Sprintf(".s.PGSQL.%d", port)) }

// makeSocketDir returns the directory of the cluster's socket: inside the place, or, where that path would be too long for
// a socket, one under temp whose name is derived from the place's.
func makeSocketDir(p place, temp string) (string, error) {
	dir := filepath.Join(p.base, "run")
	if len(socketFile(dir)) > maxSocketPath {
		dir = filepath.Join(temp, "ekc-"+digest(p.base))
	}
	if len(socketFile(dir)) > maxSocketPath {
		return "", fmt.Errorf("the socket path %s is longer than %d bytes", socketFile(dir), maxSocketPath)
	}
	if err := os.Mkdir(dir, 0o700); err == nil {
		return dir, p.account.own(dir)
	} else if !os.IsExist(err) {
		return "", fmt.Errorf("make the socket directory: %w", err)
	}
	return dir, checkSocketDir(dir, p.account)
}

// checkSocketDir refuses a directory that someone else made, for instance to lure us into their server.
func checkSocketDir(dir string, a account) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	uid, _, err := owner(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || uid != a.uid || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("the socket directory %s is not a private directory of user %d (%s, owner %d, mode %s): remove it",
			dir, a.uid, kind(info), uid, info.Mode().Perm())
	}
	return nil
}

func kind(info fs.FileInfo) string {
	if info.IsDir() {
		return "directory"
	}
	return "not a directory"
}
