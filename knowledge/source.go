package knowledge

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"ekc/internal/fail"
)

// Limits of an imported file, in bytes. The second is on what a gzip unpacks to.
const (
	maxFileSize     = 1 << 30
	maxUnpackedSize = 4 << 30
	maxLineSize     = 1 << 20
)

// source is a file being imported: plain bytes at their beginning, its digest and its format.
type source struct {
	reader *bufio.Reader
	digest string
	format string
	close  func()
}

// openSource keeps the file on disk while it is imported: it is read twice, once for the digest that resuming goes by.
func openSource(file io.Reader, opts *ImportOptions) (*source, error) {
	tmp, err := os.CreateTemp("", "ekc-import-*")
	if err != nil {
		return nil, fmt.Errorf("keep the import: %w", err)
	}
	s := &source{close: func() {
		_ = tmp.Close() // read only from here on
		_ = os.Remove(tmp.Name())
	}}
	if err := s.fill(tmp, file, opts); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *source) fill(tmp *os.File, file io.Reader, opts *ImportOptions) error {
	digest := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, digest), io.LimitReader(file, maxFileSize+1))
	switch {
	case err != nil:
		return fmt.Errorf("read the import: %w", err)
	case n > maxFileSize:
		return fail.New(fail.TooLarge, "the file is larger than %d MiB", maxFileSize>>20)
	case n == 0:
		return fail.New(fail.Invalid, "the file is empty")
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the import: %w", err)
	}
	s.digest = hex.EncodeToString(digest.Sum(nil))
	if err := s.unpack(tmp); err != nil {
		return err
	}
	return s.detect(opts)
}

// unpack looks at the bytes, not at the name, to tell whether the file is compressed.
func (s *source) unpack(tmp io.Reader) error {
	s.reader = bufio.NewReaderSize(tmp, 1<<16)
	if head, _ := s.reader.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(s.reader)
		if err != nil {
			return fail.New(fail.Invalid, "the file looks like gzip but cannot be unpacked: %v", err)
		}
		s.reader = bufio.NewReaderSize(io.LimitReader(z, maxUnpackedSize), 1<<16)
	}
	if head, _ := s.reader.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, _ = s.reader.Discard(3) // peeked, so they are there
	}
	if _, err := s.reader.Peek(1); errors.Is(err, io.EOF) {
		return fail.New(fail.Invalid, "the file is empty")
	} else if err != nil {
		return damaged(err, 0)
	}
	return nil
}

func (s *source) detect(opts *ImportOptions) error {
	s.format = strings.ToLower(opts.Format)
	name := strings.TrimSuffix(strings.ToLower(opts.Name), ".gz")
	switch {
	case s.format == "jsonl", s.format == "csv":
	case s.format != "":
		return fail.Field("format", fail.Invalid, "unknown format %q: want jsonl or csv", opts.Format)
	case strings.HasSuffix(name, ".csv"):
		s.format = "csv"
	case strings.HasSuffix(name, ".jsonl"), strings.HasSuffix(name, ".ndjson"):
		s.format = "jsonl"
	default:
		return fail.New(fail.Invalid, "cannot tell the format of %q: name it .jsonl, .csv, .jsonl.gz or .csv.gz", opts.Name)
	}
	return nil
}

// damaged explains a failure to read on after a line.
func damaged(err error, line int) error {
	switch {
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF),
		strings.Contains(err.Error(), "flate:"):
		return fail.New(fail.Invalid, "the gzip file is damaged after line %d: %v", line, err)
	}
	return fmt.Errorf("read the import after line %d: %w", line, err)
}
