package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"strings"
)

// asset is one file, ready to be sent.
type asset struct {
	// body is what is stored: gzipped when packed.
	body   []byte
	packed bool
	// etag is strong and names the stored bytes.
	etag        string
	contentType string
	// immutable says that the name changes with the content.
	immutable bool
}

// hashed matches the names that the bundler gives to files whose name changes with their content.
var hashed = regexp.MustCompile(`-[A-Z0-9]{8}\.[a-z0-9]+$`)

// readAssets reads all files of the tree by their address without the leading slash. A file stored as name.gz is found
// under name.
func readAssets(files fs.FS) (map[string]*asset, error) {
	assets := map[string]*asset{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		address, packed := strings.CutSuffix(name, ".gz")
		sum := sha256.Sum256(body)
		assets[address] = &asset{
			body:        body,
			packed:      packed,
			etag:        hex.EncodeToString(sum[:12]),
			contentType: contentType(address),
			immutable:   hashed.MatchString(address),
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the web build: %w", err)
	}
	return assets, nil
}

// unpacked returns the content itself.
func (a *asset) unpacked() ([]byte, error) {
	if !a.packed {
		return a.body, nil
	}
	reader, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return content, nil
}

// contentTypes holds what the build makes; the tables of the operating system differ from machine to machine.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".ttf":  "font/ttf",
	".txt":  "text/plain; charset=utf-8",
}

func contentType(name string) string {
	extension := path.Ext(name)
	if known, ok := contentTypes[extension]; ok {
		return known
	}
	if found := mime.TypeByExtension(extension); found != "" {
		return found
	}
	return "application/octet-stream"
}
