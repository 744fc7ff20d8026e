package recording_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/recording"
)

// folderOf is a folder that keeps recordings, and a finished file beside it.
func folderOf(t *testing.T, content string) (folder *recording.Folder, dir, file string) {
	t.Helper()
	dir = t.TempDir()
	folder, err := recording.NewFolder(filepath.Join(dir, "objects"))
	require.NoError(t, err)
	file = filepath.Join(dir, "spooled.wav")
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	return folder, dir, file
}

func TestAFinishedFileIsAdopted(t *testing.T) {
	t.Parallel()
	folder, dir, file := folderOf(t, "abc")
	sum := hashOf([]byte("abc"))
	for range 2 { // the same again, as after a crash, is no error
		require.NoError(t, folder.Adopt(t.Context(), "2026/a.wav", file, sum))
	}
	before, err := os.Stat(file)
	require.NoError(t, err)
	after, err := os.Stat(filepath.Join(dir, "objects", "2026", "a.wav"))
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after), "it was copied")
	require.Equal(t, os.FileMode(0o400), after.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(filepath.Join(dir, "objects", "2026", "a.wav")))
	require.NoError(t, err)
	require.Len(t, left, 1)

	other := filepath.Join(dir, "other.wav")
	require.NoError(t, os.WriteFile(other, []byte("abd"), 0o600))
	require.ErrorIs(t, folder.Adopt(t.Context(), "2026/a.wav", other, hashOf([]byte("abd"))), recording.ErrExists)
	require.ErrorIs(t, folder.Adopt(t.Context(), "../a.wav", file, sum), recording.ErrKey)
	require.ErrorIs(t, folder.Adopt(t.Context(), "b.wav", filepath.Join(dir, "none.wav"), sum), os.ErrNotExist)
}

// memoryDisk is a file system of its own on Linux, so that a link from it to a temporary folder is refused.
const memoryDisk = "/dev/shm"

func diskOf(t *testing.T, path string) any {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	stat, ok := info.Sys().(*syscall.Stat_t)
	require.True(t, ok)
	return stat.Dev
}

func TestAFileOfAnotherDiskIsCopied(t *testing.T) {
	t.Parallel()
	spool, err := os.MkdirTemp(memoryDisk, "ekc-spool-")
	if err != nil {
		t.Skipf("SKIPPED, no second file system: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(spool)) })
	if diskOf(t, spool) == diskOf(t, t.TempDir()) {
		t.Skipf("SKIPPED, %s is on the disk of the temporary folder", memoryDisk)
	}
	s := newStudio(t, spool, nil)
	w, err := s.Start(meta("rec_1"))
	require.NoError(t, err)
	write(t, w, block(0, 8000, recording.ALaw, 1, 2))
	w.Finish(8000)
	f := s.finished(t)
	require.Len(t, s.object(t, f.Key), int(f.Bytes))
	require.Equal(t, f.SHA256, hashOf(s.object(t, f.Key)))
}

// A process that dies between storing and reporting leaves a file that is read-only already.
func TestAnAdoptedFileIsReportedAfterACrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	command, out := child(t, "deaf", dir)
	require.True(t, out.Scan())
	require.Equal(t, "alarm report", out.Text())
	require.NoError(t, command.Process.Kill())
	_ = command.Wait()
	file := filepath.Join(dir, "spool", "rec_1.wav")
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o400), info.Mode().Perm())

	_, later := child(t, "recover", dir)
	require.True(t, later.Scan())
	require.Equal(t, "found 1", later.Text())
	require.True(t, later.Scan())
	require.Equal(t, "reported "+time.Second.String()+" true", later.Text())
	require.Eventually(t, func() bool {
		left, err := os.ReadDir(filepath.Join(dir, "spool"))
		return err == nil && len(left) == 0
	}, 30*time.Second, 5*time.Millisecond, "it stays in the spool")
	data, err := os.ReadFile(filepath.Join(dir, "objects", "2026", "11", "22", "rec_1.wav"))
	require.NoError(t, err)
	require.Len(t, data, 58+2*8000)
}
