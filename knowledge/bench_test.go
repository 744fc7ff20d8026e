package knowledge_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/knowledge"
)

// sharedData is the directory of the development data that lies beside the project, never in it; the test is skipped
// where it is absent.
func sharedData(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("EKC_SHARED_DATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		data := filepath.Join(dir, "shared", "data")
		if _, err := os.Stat(filepath.Join(data, "base.jsonl.gz")); err == nil {
			return data
		}
	}
	t.Skip("NOT MEASURED: no shared/data beside the project and EKC_SHARED_DATA is not set")
	return ""
}

func importShared(t testing.TB, b *knowledge.Base) knowledge.ImportSummary {
	t.Helper()
	f, err := os.Open(filepath.Join(sharedData(t), "base.jsonl.gz"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	s, err := b.Import(t.Context(), f, knowledge.ImportOptions{Name: "base.jsonl.gz"})
	require.NoError(t, err)
	return s
}

// BenchmarkImport imports the whole base, vectors and index included.
func BenchmarkImport(b *testing.B) {
	sharedData(b)
	for b.Loop() {
		s := importShared(b, open(b, knowledge.Options{URL: database(b)}))
		b.ReportMetric(float64(s.Created)/s.Elapsed.Seconds(), "records/s")
		b.ReportMetric(s.Elapsed.Seconds(), "s/import")
	}
}

// BenchmarkSearch searches the whole base.
func BenchmarkSearch(b *testing.B) {
	sharedData(b)
	base := open(b, knowledge.Options{URL: database(b)})
	importShared(b, base)
	queries := []string{
		"Какие документы нужны для оформления пенсии по старости?", "как получить больничный", "кому положен отпуск",
		"может ли работодатель уволить меня во время отпуска без моего согласия и что мне за это положено",
	}
	begin := time.Now()
	n := 0
	for b.Loop() {
		_, err := base.Search(b.Context(), knowledge.Query{Text: queries[n%len(queries)]})
		require.NoError(b, err)
		n++
	}
	b.ReportMetric(float64(time.Since(begin).Milliseconds())/float64(n), "ms/search")
}
