package knowledge_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/knowledge"
	"ekc/knowledge/lexical"
	"ekc/knowledge/rank"
	"ekc/knowledge/synthetic"
)

// Searches are asked for at this rate, each at its time whether or not those before it are answered, as citizens do; the time that a
// search waits for others is part of its latency.
const (
	askedPerSecond = 50
	asked          = 1000
)

// sizes are 10⁴ and that of the development base, or those that a variable names.
func sizes(b *testing.B, variable string) []int {
	b.Helper()
	names := os.Getenv(variable)
	if names == "" {
		names = "10000,28683"
	}
	var out []int
	for _, s := range strings.Split(names, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		require.NoError(b, err, variable)
		out = append(out, n)
	}
	return out
}

// BenchmarkIndexAtScale searches and ranks in the index in memory alone. EKC_BENCH_INDEX names other sizes, such as 100000,1000000;
// a million needs about 4 GiB.
func BenchmarkIndexAtScale(b *testing.B) {
	for _, n := range sizes(b, "EKC_BENCH_INDEX") {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			before := heap()
			started := time.Now()
			x, queries := syntheticIndex(n)
			built := time.Since(started)
			size := heap() - before
			model := rank.Default()
			measure(b, queries, func(q string) error {
				model.Rank(x.Search(q, lexical.Options{Candidates: 100}), nil)
				return nil
			})
			b.ReportMetric(built.Seconds(), "build-s")
			b.ReportMetric(float64(size)/(1<<20), "index-MiB")
		})
	}
}

func syntheticIndex(n int) (*lexical.Index, []string) {
	made := synthetic.New(n, 1)
	x := lexical.New()
	var docs []lexical.Doc
	var queries []string
	for i := range n {
		r := made.Next()
		docs = append(docs, lexical.Doc{Key: r.ID, Units: []string{r.Question}, Answer: r.Answer, Topic: r.Topic})
		if i%max(1, n/asked) == 0 {
			queries = append(queries, made.Query(r.Question))
		}
		if len(docs) == 200 || i == n-1 {
			x.Put(docs...)
			docs = docs[:0]
		}
	}
	x.Learn()
	return x, queries
}

// BenchmarkBaseAtScale imports records and searches the whole base: Postgres, vectors, index, ranking. EKC_BENCH_RECORDS names other
// sizes; a million takes more than half an hour to import.
func BenchmarkBaseAtScale(b *testing.B) {
	for _, n := range sizes(b, "EKC_BENCH_RECORDS") {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			before := heap()
			url := database(b)
			base := open(b, knowledge.Options{URL: url})
			file, queries := syntheticFile(b, n)
			s, err := base.Import(b.Context(), file, knowledge.ImportOptions{Name: "synthetic.jsonl"})
			require.NoError(b, err)
			require.Equal(b, n, s.Created)
			size := heap() - before
			started := time.Now()
			again, err := knowledge.Open(b.Context(), knowledge.Options{URL: url})
			require.NoError(b, err)
			opened := time.Since(started)
			require.NoError(b, again.Close())
			measure(b, queries, func(q string) error {
				_, err := base.Search(b.Context(), knowledge.Query{Text: q, Region: "77"})
				return err
			})
			b.ReportMetric(s.Elapsed.Seconds(), "import-s")
			b.ReportMetric(opened.Seconds(), "open-s")
			b.ReportMetric(float64(size)/(1<<20), "memory-MiB")
			b.ReportMetric(float64(count(b, url, "SELECT pg_database_size(current_database())"))/(1<<20), "disk-MiB")
			b.ReportMetric(float64(count(b, url, "SELECT pg_total_relation_size('embeddings')"))/(1<<20), "vectors-MiB")
		})
	}
}

// syntheticFile is a file of JSON lines that is made while it is read.
func syntheticFile(b *testing.B, n int) (io.Reader, []string) {
	b.Helper()
	made := synthetic.New(n, 1)
	var queries []string
	file, err := os.CreateTemp(b.TempDir(), "synthetic")
	require.NoError(b, err)
	b.Cleanup(func() { _ = file.Close() })
	lines := json.NewEncoder(file)
	for i := range n {
		r := made.Next()
		require.NoError(b, lines.Encode(r))
		if i%max(1, n/asked) == 0 {
			queries = append(queries, made.Query(r.Question))
		}
	}
	_, err = file.Seek(0, io.SeekStart)
	require.NoError(b, err)
	return file, queries
}

// heap is what is in use, in bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // far below
}

// measure asks the queries one after another, then at their rate, and reports the percentiles of their latency. What one search
// costs alone tells whether the machine can bear the rate at all; where it cannot, the queue would only grow.
func measure(b *testing.B, queries []string, search func(string) error) {
	b.Helper()
	for i := range 10 { // the first searches make working memory that later ones find
		require.NoError(b, search(queries[i%len(queries)]))
	}
	for b.Loop() { // it forgets what was reported before it
		var alone []time.Duration
		for started := time.Now(); len(alone) < 200 && (len(alone) < 20 || time.Since(started) < 20*time.Second); {
			begin := time.Now()
			require.NoError(b, search(queries[len(alone)%len(queries)]))
			alone = append(alone, time.Since(begin))
		}
		report(b, "alone-", alone)
		if perSecond := time.Duration(runtime.GOMAXPROCS(0)) * time.Second / alone[len(alone)/2]; perSecond < askedPerSecond {
			b.Logf("%d searches a second are all that this machine can do; not asked at %d", perSecond, askedPerSecond)
			continue
		}
		took, failed := askAtRate(queries, search)
		require.NoError(b, failed)
		report(b, "", took)
	}
	b.ReportMetric(0, "ns/op") // the run's length says nothing
}

func report(b *testing.B, prefix string, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	for _, p := range []int{50, 95, 99} {
		b.ReportMetric(float64(took[len(took)*p/100].Microseconds())/1000, fmt.Sprintf("%sp%d-ms", prefix, p))
	}
}

func askAtRate(queries []string, search func(string) error) (took []time.Duration, failed error) {
	took = make([]time.Duration, asked)
	errs := make([]error, asked)
	var all sync.WaitGroup
	tick := time.NewTicker(time.Second / askedPerSecond)
	defer tick.Stop()
	for i := range asked {
		due := <-tick.C
		all.Go(func() {
			errs[i] = search(queries[i%len(queries)])
			took[i] = time.Since(due)
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return took, err
		}
	}
	return took, nil
}
