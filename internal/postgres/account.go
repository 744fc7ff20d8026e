package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// accountNames are tried in this order when a root process needs an unprivileged account for the server.
var accountNames = []string{"ekc", "postgres", "nobody"}

// account is the operating-system identity that the server runs under.
type account struct {
	name     string
	uid, gid uint32
	// drop is set when this process is root and has to give up its identity for the server's programs.
	drop bool
}

// chooseAccount returns this process's own identity, or, for root, the account that already owns the cluster, or the first
// of accountNames that exists.
func chooseAccount(existing string) (account, error) {
	if os.Geteuid() != 0 {
		return account{name: strconv.Itoa(os.Geteuid()), uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil //nolint:gosec // ids fit
	}
	if existing != "" {
		if uid, gid, err := owner(existing); err == nil && uid != 0 {
			return account{name: strconv.Itoa(int(uid)), uid: uid, gid: gid, drop: true}, nil
		}
	}
	for _, name := range accountNames {
		if u, err := user.Lookup(name); err == nil {
			uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
			gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
			if errors.Join(err1, err2) == nil && uid != 0 {
				return account{name: name, uid: uint32(uid), gid: uint32(gid), drop: true}, nil
			}
		}
	}
	return account{}, fmt.Errorf("running as root, and none of the accounts %s exists for the server to run under", strings.Join(accountNames, ", "))
}

// attributes puts a command under the account, in a session of its own when detached.
func (a account) attributes(detached bool) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: detached}
	if a.drop {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}

// own hands a path over to the account.
func (a account) own(path string) error {
	if !a.drop {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// reaches reports whether the account can enter dir and write there. It asks by trying, because modes alone do not tell
// (access lists, network file systems, sandboxes).
func (a account) reaches(ctx context.Context, dir string) bool {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `cd -- "$1" && test -w .`, "sh", dir) //nolint:gosec // dir is an argument
	cmd.Dir = "/"
	cmd.SysProcAttr = a.attributes(false)
	return cmd.Run() == nil
}

// owner returns who a path belongs to.
func owner(path string) (uid, gid uint32, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, 0, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("no owner known for %s", path)
	}
	return stat.Uid, stat.Gid, nil
}

// environment is what the server's programs see: nothing that a PG* variable of the caller could bend. glibc's allocator is told to
// keep what a query has freed for the next one: it would else give it back to the system, and clear every page anew, query by query,
// which took a tenth of the server's time when calls came fast.
func environment() []string {
	env := []string{
		"LC_ALL=C.UTF-8", "LANG=C.UTF-8", "TZ=UTC",
		"MALLOC_TOP_PAD_=524288", "MALLOC_TRIM_THRESHOLD_=4194304", "MALLOC_MMAP_THRESHOLD_=4194304",
	}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "PG") || strings.HasPrefix(name, "LC_") || name == "LANG" || name == "LANGUAGE" || name == "TZ" || name == "HOME" || strings.HasPrefix(name, "MALLOC_") {
			continue
		}
		if strings.HasPrefix(name, "EKC_") { // may hold secrets
			continue
		}
		env = append(env, entry)
	}
	return env
}
