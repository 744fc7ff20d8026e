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

// The formats of a file of records.
const (
	formatJSONL = "jsonl"
	formatCSV   = "csv"
	formatXLSX  = "xlsx"
)

// source is a file being imported: plain bytes at their beginning, its digest and its format. A workbook is read by its file.
type source struct {
	reader *bufio.Reader
	file   *os.File
	size   int64
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
	s := &source{file: tmp}
	s.close = func() {
		for _, f := range []*os.File{tmp, s.file} {
			_ = f.Close() // read only from here on; the second may be the first
			_ = os.Remove(f.Name())
		}
	}
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
	s.digest, s.size = hex.EncodeToString(digest.Sum(nil)), n
	packed, err := s.unpack(tmp)
	if err == nil {
		err = s.detect(opts)
	}
	if err != nil {
		return err
	}
	return s.settle(packed)
}

// settle sees to it that the content is what the format says, and that a workbook lies in a file of its own.
func (s *source) settle(packed bool) error {
	head, _ := s.reader.Peek(4)
	archive := bytes.Equal(head, []byte("PK\x03\x04"))
	switch {
	case archive && s.format != formatXLSX:
		return fail.New(fail.Invalid, "the file is a ZIP archive, not %s: a workbook must be named .xlsx", s.format)
	case !packed || s.format != formatXLSX:
		return nil
	}
	plain, err := os.CreateTemp("", "ekc-import-*")
	if err != nil {
		return fmt.Errorf("keep the import: %w", err)
	}
	s.file = plain
	s.size, err = io.Copy(plain, io.LimitReader(s.reader, maxFileSize+1))
	if err != nil {
		return damaged(err, 0)
	}
	if s.size > maxFileSize {
		return fail.New(fail.TooLarge, "the workbook is larger than %d MiB", maxFileSize>>20)
	}
	return nil
}

// unpack looks at the bytes, not at the name, to tell whether the file is compressed.
func (s *source) unpack(tmp io.Reader) (packed bool, err error) {
	s.reader = bufio.NewReaderSize(tmp, 1<<16)
	if head, _ := s.reader.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(s.reader)
		if err != nil {
			return true, fail.New(fail.Invalid, "the file looks like gzip but cannot be unpacked: %v", err)
		}
		packed = true
		s.reader = bufio.NewReaderSize(io.LimitReader(z, maxUnpackedSize), 1<<16)
	}
	if head, _ := s.reader.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, _ = s.reader.Discard(3) // peeked, so they are there
	}
	if _, err := s.reader.Peek(1); errors.Is(err, io.EOF) {
		return packed, fail.New(fail.Invalid, "the file is empty")
	} else if err != nil {
		return packed, damaged(err, 0)
	}
	return packed, nil
}

func (s *source) detect(opts *ImportOptions) error {
	var err error
	s.format, err = formatOf(opts.Format, opts.Name)
	return err
}

// formatOf tells the format of a file by what was asked for, else by its name.
func formatOf(asked, name string) (string, error) {
	switch format := strings.ToLower(asked); format {
	case formatJSONL, formatCSV, formatXLSX:
		return format, nil
	case "":
	default:
		return "", fail.Field("format", fail.Invalid, "unknown format %q: want jsonl, csv or xlsx", asked)
	}
	plain := strings.TrimSuffix(strings.ToLower(name), ".gz")
	switch {
	case strings.HasSuffix(plain, ".csv"):
		return formatCSV, nil
	case strings.HasSuffix(plain, ".jsonl"), strings.HasSuffix(plain, ".ndjson"):
		return formatJSONL, nil
	case strings.HasSuffix(plain, ".xlsx"):
		return formatXLSX, nil
	}
	return "", fail.New(fail.Invalid, "cannot tell the format of %q: name it .jsonl, .csv or .xlsx, each also with .gz", name)
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
