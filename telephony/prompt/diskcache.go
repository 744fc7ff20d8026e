package prompt

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"time"
)

// diskCache keeps rendered speech in a folder, one WAV file each, below the hash of voice and text. Files appear by
// renaming, so that a reader never meets half of one. Several processes may share the folder; each bounds what it knows.
type diskCache struct {
	dir   string
	files *lru[struct{}]
}

// renderVersion changes when the same speech is rendered differently, so that old files are not used.
const renderVersion = "1"

var (
	cacheFile = regexp.MustCompile(`^[0-9a-f]{64}\.wav$`)
	tempFile  = regexp.MustCompile(`^\.writing-`)
)

// tempAge is when a file that was being written belongs to a process that died.
const tempAge = time.Hour

func openDiskCache(dir string, limit int64, now time.Time) (*diskCache, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("speech cache: %w", err)
	}
	c := &diskCache{dir: dir}
	c.files = newLRU[struct{}](limit, func(key string) { _ = os.Remove(c.path(key)) }) // at worst it takes room
	return c, c.scan(now)
}

// scan learns what earlier processes left, oldest use first.
func (c *diskCache) scan(now time.Time) error {
	var found []fs.FileInfo
	err := filepath.WalkDir(c.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another process removed it
		}
		if err != nil {
			return err
		}
		switch {
		case cacheFile.MatchString(entry.Name()):
			found = append(found, info)
		case tempFile.MatchString(entry.Name()) && now.Sub(info.ModTime()) > tempAge:
			return os.Remove(path)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("speech cache: %w", err)
	}
	sort.Slice(found, func(i, j int) bool { return found[i].ModTime().Before(found[j].ModTime()) })
	for _, info := range found {
		c.files.put(info.Name()[:sha256.Size*2], struct{}{}, info.Size())
	}
	return nil
}

func cacheKey(voice, text string) string {
	sum := sha256.Sum256([]byte(renderVersion + "\x00" + voice + "\x00" + text))
	return hex.EncodeToString(sum[:])
}

func (c *diskCache) path(key string) string { return filepath.Join(c.dir, key[:2], key+".wav") }

// get returns nil when there is no such file or it is damaged; then it is removed.
func (c *diskCache) get(key string, now time.Time) *Clip {
	data, err := os.ReadFile(c.path(key))
	if err != nil {
		c.files.forget(key)
		return nil
	}
	sound, err := ReadWAV(bytes.NewReader(data))
	if err != nil || sound.Rate != Rate || len(sound.Samples) == 0 || !bytes.Equal(EncodeWAV(exact(sound), Rate), data) {
		c.files.forget(key)
		_ = os.Remove(c.path(key)) // it is written again
		return nil
	}
	c.files.put(key, struct{}{}, int64(len(data)))
	_ = os.Chtimes(c.path(key), now, now) // the order of use after a restart; not worth a failure
	return NewClip(exact(sound))
}

// exact undoes the conversion of 16-bit samples.
func exact(s Sound) []int16 {
	pcm := make([]int16, len(s.Samples))
	for i, v := range s.Samples {
		pcm[i] = int16(v * (1 << 15))
	}
	return pcm
}

func (c *diskCache) put(key string, clip *Clip) error {
	path := c.path(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("keep speech: %w", err)
	}
	data := EncodeWAV(clip.PCM, Rate)
	if err := writeWhole(path, data); err != nil {
		return fmt.Errorf("keep speech: %w", err)
	}
	c.files.put(key, struct{}{}, int64(len(data)))
	return nil
}

// writeWhole writes a file that appears complete or not at all.
func writeWhole(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".writing-*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
