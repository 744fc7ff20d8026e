package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// superuser is the database role that EKC connects as.
const superuser = "ekc"

// initialise makes a new cluster. It is built under another name and renamed when complete, so that an interrupted attempt
// is never taken for a cluster. Without sync it does not wait for the disk.
func initialise(ctx context.Context, p place, b binaries, sync bool) error {
	old, _ := filepath.Glob(filepath.Join(p.base, "data.new-*")) // a constant, well-formed pattern
	for _, dir := range old {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove an interrupted attempt: %w", err)
		}
	}
	dir, err := os.MkdirTemp(p.base, "data.new-")
	if err != nil {
		return err
	}
	if err := p.account.own(dir); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, b.program("initdb"), "--pgdata="+dir, "--username="+superuser, "--auth=trust", //nolint:gosec // a found program
		"--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions")
	if !sync {
		cmd.Args = append(cmd.Args, "--no-sync")
	}
	cmd.Dir = "/"
	cmd.Env = environment()
	cmd.SysProcAttr = p.account.attributes(true)
	// An initdb that outlives us would build a cluster that nobody wants. The signal is bound to the thread, so keep it.
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
	runtime.LockOSThread()
	out, err := cmd.CombinedOutput()
	runtime.UnlockOSThread()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, tail(string(out)))
	}
	built := place{base: p.base, account: p.account}
	conf := filepath.Join(dir, "postgresql.conf")
	if err := appendText(conf, "\ninclude_if_exists = '"+settingsFile+"'\n# Your own settings go here.\n"); err != nil {
		return err
	}
	return os.Rename(dir, built.data())
}

func appendText(path, text string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0) //nolint:gosec // a path of the place
	if err != nil {
		return err
	}
	if _, err := file.WriteString(text); err != nil {
		_ = file.Close() // the write's error tells more
		return err
	}
	return file.Close()
}

// tail is the end of a program's output, for an error message.
func tail(text string) string {
	const limit = 1500
	text = strings.TrimSpace(text)
	if len(text) > limit {
		text = "…" + strings.ToValidUTF8(text[len(text)-limit:], "")
	}
	return text
}
