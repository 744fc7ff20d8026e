package recording_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/prompt"
	"ekc/telephony/recording"
)

// TestMain runs this binary as another process when a test asks for it.
func TestMain(m *testing.M) {
	switch os.Getenv("EKC_RECORDING_CHILD") {
	case "kill":
		childRecords()
	case "full":
		childFillsTheDisk()
	case "deaf":
		childStoresAndCannotReport()
	case "recover":
		childRecovers()
	default:
		os.Exit(m.Run())
	}
}

// nobody is an account without the rights of the administrator, to whom a read-only file is writable.
const nobody = 65534

// child runs this binary in a mode, as an account without special rights.
func child(t *testing.T, mode, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	if os.Getuid() == 0 {
		command = exec.CommandContext(t.Context(), asNobody(t, dir))
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	command.Env = append(os.Environ(), "EKC_RECORDING_CHILD="+mode, "EKC_RECORDING_DIR="+dir)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	command.Stderr = os.Stderr
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	return command, bufio.NewScanner(out)
}

// asNobody gives the folder to that account, and returns a copy of this binary that it may run.
func asNobody(t *testing.T, dir string) string {
	t.Helper()
	require.NoError(t, os.Chown(dir, nobody, nobody))
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o711)) //nolint:gosec // of the test: to be passed through
	binary := filepath.Join(dir, "child")
	if _, err := os.Stat(binary); err != nil {
		content, err := os.ReadFile(os.Args[0])
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(binary, content, 0o700)) //nolint:gosec // a program
		require.NoError(t, os.Chown(binary, nobody, nobody))
	}
	return binary
}

func childRecorder(report func(recording.Finished) error, alarm func(recording.Trouble)) *recording.Recorder {
	dir := os.Getenv("EKC_RECORDING_DIR")
	storage, err := recording.NewFolder(filepath.Join(dir, "objects"))
	if err != nil {
		panic(err)
	}
	r, err := recording.NewRecorder(recording.Options{
		Dir: filepath.Join(dir, "spool"), Storage: storage, Logger: slog.New(slog.DiscardHandler), Alarm: alarm,
		FlushEvery: 20 * time.Millisecond, RetryEvery: 10 * time.Millisecond, Queue: 4,
		Report: func(_ context.Context, f recording.Finished) error { return report(f) },
	})
	if err != nil {
		panic(err)
	}
	return r
}

// tell says something to the test.
func tell(words ...any) {
	if _, err := fmt.Fprintln(os.Stdout, words...); err != nil {
		panic(err)
	}
}

// childRecords writes two seconds, says so, and waits to be killed.
func childRecords() {
	w, err := childRecorder(nil, nil).Start(meta("rec_1"))
	if err != nil {
		panic(err)
	}
	written := make(chan struct{})
	for i := range 4 {
		b := block(int64(i)*4000, 4000, recording.ALaw, byte(i+1), byte(i+11))
		b.Release = func() { written <- struct{}{} }
		w.Write(b)
		<-written
	}
	tell("written")
	select {}
}

// childStoresAndCannotReport records a second, stores it, says that it cannot report it, and waits to be killed.
func childStoresAndCannotReport() {
	alarms := make(chan recording.Trouble, 10)
	r := childRecorder(func(recording.Finished) error { return errors.New("the centre is away") }, func(e recording.Trouble) { alarms <- e })
	w, err := r.Start(meta("rec_1"))
	if err != nil {
		panic(err)
	}
	w.Write(block(0, 8000, recording.ALaw, 1, 2))
	w.Finish(8000)
	tell("alarm", (<-alarms).Op)
	select {}
}

// childRecovers says what it finds and reports.
func childRecovers() {
	reports := make(chan recording.Finished, 1)
	r := childRecorder(func(f recording.Finished) error { reports <- f; return nil }, nil)
	found, err := r.Recover()
	if err != nil {
		panic(err)
	}
	tell("found", found)
	f := <-reports
	tell("reported", f.Length, f.Recovered)
	select {}
}

func TestKilledProcessLeavesAPlayableRecording(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	command, out := child(t, "kill", dir)
	require.True(t, out.Scan())
	spool := filepath.Join(dir, "spool")
	file := filepath.Join(spool, "rec_1.wav")
	// While it is written it plays already.
	require.Eventually(t, func() bool {
		data, err := os.ReadFile(file)
		sound, parse := prompt.ReadWAV(bytes.NewReader(data))
		return err == nil && parse == nil && sound.Duration() == 2*time.Second
	}, 5*time.Second, 5*time.Millisecond)

	living := newStudio(t, spool, nil)
	found, err := living.Recover()
	require.NoError(t, err)
	require.Zero(t, found, "the other process is alive")

	require.NoError(t, command.Process.Kill())
	_ = command.Wait()
	// Make it worse: half a frame at the end, and a header from before the last seconds.
	broken, err := os.OpenFile(file, os.O_RDWR, 0)
	require.NoError(t, err)
	info, err := broken.Stat()
	require.NoError(t, err)
	_, err = broken.WriteAt([]byte{7}, info.Size())
	require.NoError(t, err)
	_, err = broken.WriteAt([]byte{0, 0, 0, 0}, 54)
	require.NoError(t, err)
	require.NoError(t, broken.Close())

	found, err = living.Recover()
	require.NoError(t, err)
	require.Equal(t, 1, found)
	got := living.finished(t)
	require.True(t, got.Recovered)
	require.Equal(t, meta("rec_1"), got.Meta)
	require.Equal(t, 2*time.Second, got.Length)
	data := living.object(t, got.Key)
	require.Len(t, data, 58+2*16000)
	require.Equal(t, []byte{4, 14}, data[len(data)-2:])
}

func TestRecoverKeepsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "strange.wav"), []byte("sound of nobody"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "early.wav"), nil, 0o600)) // killed before the first block
	require.NoError(t, os.WriteFile(filepath.Join(dir, "early.json"), []byte(`{"id":"early"}`), 0o600))
	s := newStudio(t, dir, nil)
	found, err := s.Recover()
	require.NoError(t, err)
	require.Equal(t, 2, found)
	require.NoError(t, s.Close(t.Context()))
	require.Empty(t, s.reports)
	require.FileExists(t, filepath.Join(dir, "strange.wav"))
	require.NoFileExists(t, filepath.Join(dir, "early.wav"))
}

// childFillsTheDisk limits the size of its files, which fails writes as a full disk does, and lifts the limit later.
func childFillsTheDisk() {
	signal.Ignore(syscall.SIGXFSZ)
	alarms, reports := make(chan recording.Trouble, 10), make(chan recording.Finished, 1)
	r := childRecorder(func(f recording.Finished) error { reports <- f; return nil }, func(e recording.Trouble) { alarms <- e })
	w, err := r.Start(meta("rec_1"))
	if err != nil {
		panic(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		panic(err)
	}
	low := limit
	low.Cur = 20_000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &low); err != nil {
		panic(err)
	}
	refused := 0
	for i := range 12 {
		if !w.Write(block(int64(i)*4000, 4000, recording.ALaw, byte(i+1), byte(i+11))) {
			refused++
		}
		if i == 3 {
			tell("alarm", (<-alarms).Op)
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		panic(err)
	}
	w.Finish(12 * 4000)
	f := <-reports
	tell("stored", f.Length, f.Dropped == int64(refused), refused > 0)
}

func TestFullDiskIsWaitedOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, out := child(t, "full", dir)
	require.True(t, out.Scan())
	require.Equal(t, "alarm write", strings.TrimSpace(out.Text()))
	require.True(t, out.Scan())
	require.Equal(t, "stored 6s true true", strings.TrimSpace(out.Text()))
	data, err := os.ReadFile(filepath.Join(dir, "objects", "2026", "11", "22", "rec_1.wav"))
	require.NoError(t, err)
	require.Len(t, data, 58+2*48000)
	require.Equal(t, []byte{1, 11}, data[58:60])
	require.Equal(t, []byte{3, 13}, data[58+2*8000:58+2*8000+2], "the block that failed was written in the end")
	require.Equal(t, []byte{0xD5, 0xD5}, data[len(data)-2:], "what was refused is silent")
}
