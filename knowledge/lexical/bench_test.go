package lexical_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/lexical"
)

// BenchmarkSearch needs EKC_SHARED_DATA, the directory of the development base.
func BenchmarkSearch(b *testing.B) {
	dir := os.Getenv("EKC_SHARED_DATA")
	if dir == "" {
		b.Skip("NOT MEASURED: EKC_SHARED_DATA is not set")
	}
	x := lexical.New()
	x.Put(readDocs(b, filepath.Join(dir, "base.jsonl.gz"))...)
	data, err := os.ReadFile(filepath.Join(dir, "eval-rutube-dev.tsv"))
	require.NoError(b, err)
	queries := strings.Split(strings.TrimSpace(string(data)), "\n")[1:]
	n := 0
	for b.Loop() {
		text, _, _ := strings.Cut(queries[n%len(queries)], "\t")
		x.Search(text, lexical.Options{Candidates: 100})
		n++
	}
}

func readDocs(b *testing.B, path string) []lexical.Doc {
	f, err := os.Open(path)
	require.NoError(b, err)
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	require.NoError(b, err)
	scan := bufio.NewScanner(z)
	scan.Buffer(nil, 4<<20)
	var out []lexical.Doc
	for scan.Scan() {
		var r struct{ ID, Question, Answer, Topic string }
		require.NoError(b, json.Unmarshal(scan.Bytes(), &r))
		out = append(out, lexical.Doc{Key: r.ID, Units: []string{r.Question}, Answer: r.Answer, Topic: r.Topic})
	}
	return out
}
