// Package evalset reads the files that search is measured with: queries with the records that answer them, and queries
// that nothing answers. It imports nothing of the project.
package evalset

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

// Query is one line of a set.
type Query struct {
	Text string
	// Relevant are the ids of the records that answer it; empty for a query that must not be answered.
	Relevant []string
	Tag      string
}

// Answers reports whether the record answers the query.
func (q Query) Answers(recordID string) bool {
	for _, id := range q.Relevant {
		if id == recordID {
			return true
		}
	}
	return false
}

// ReadFile reads a tab-separated file with a header: query, relevant ids separated by commas, tag. With outOfScope the
// second column, if any, is a tag and no record is relevant.
func ReadFile(path string, outOfScope bool) ([]Query, error) {
	f, err := os.Open(path) //nolint:gosec // the path is the operator's own argument
	if err != nil {
		return nil, fmt.Errorf("open query set: %w", err)
	}
	defer func() { _ = f.Close() }()
	qs, err := Read(f, outOfScope)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return qs, nil
}

// Read is ReadFile for an open file.
func Read(r io.Reader, outOfScope bool) ([]Query, error) {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, 1<<20)
	var out []Query
	for line := 1; scan.Scan(); line++ {
		text := strings.TrimPrefix(strings.TrimRight(scan.Text(), "\r"), "\ufeff")
		if line == 1 || strings.TrimSpace(text) == "" {
			continue
		}
		cols := strings.Split(text, "\t")
		q := Query{Text: cols[0]}
		switch {
		case outOfScope && len(cols) > 1:
			q.Tag = cols[1]
		case !outOfScope && len(cols) < 2:
			return nil, fmt.Errorf("line %d: want query, relevant ids and tag separated by tabs", line)
		case !outOfScope:
			q.Relevant = ids(cols[1])
			if len(cols) > 2 {
				q.Tag = cols[2]
			}
		}
		out = append(out, q)
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("read query set: %w", err)
	}
	return out, nil
}

func ids(column string) []string {
	return strings.FieldsFunc(column, func(r rune) bool { return r == ',' || r == ' ' })
}
