package telemetry

import (
	"database/sql"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Buckets in seconds: of work, from a millisecond on, and of waiting for a person, up to an hour.
var (
	workBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	waitBuckets = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 60, 180, 600, 1800, 3600}
)

// Metrics are the instruments of one process. Labels take values from the code, the schema or the centre's own queues only,
// never from what a client sends.
type Metrics struct {
	registry *prometheus.Registry

	requests          *prometheus.CounterVec
	requestSeconds    *prometheus.HistogramVec
	operations        *prometheus.CounterVec
	operationSeconds  *prometheus.HistogramVec
	subscriptions     *prometheus.GaugeVec
	offers            *prometheus.CounterVec
	matchSeconds      *prometheus.HistogramVec
	passSeconds       prometheus.Histogram
	racesLost         prometheus.Counter
	overflows         prometheus.Counter
	assistantTurns    *prometheus.CounterVec
	searchSeconds     prometheus.Histogram
	searches          *prometheus.CounterVec
	vectors           *prometheus.GaugeVec
	advice            *prometheus.CounterVec
	adviceSeconds     *prometheus.HistogramVec
	readinessFailures *prometheus.CounterVec
}

// NewMetrics makes the instruments, with those of the Go runtime and the process.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.requests = m.counters("ekc_http_requests_total", "HTTP requests that were answered.", "method", "route", "status")
	m.requestSeconds = m.histograms("ekc_http_request_seconds", "Time to answer an HTTP request; streams are not in it.", workBuckets, "route")
	m.operations = m.counters("ekc_graphql_operations_total",
		"GraphQL operations by root field; result is ok or the code of the first error.", "operation", "type", "result")
	m.operationSeconds = m.histograms("ekc_graphql_operation_seconds", "Time to answer a query or mutation.", workBuckets, "operation")
	m.subscriptions = m.gauges("ekc_subscriptions_open", "Running subscriptions by root field.", "operation")
	m.offers = m.counters("ekc_offers_total", "Offers: made, and how they ended.", "outcome")
	m.matchSeconds = m.histograms("ekc_routing_wait_seconds", "From entering the queue to being offered.", waitBuckets, "channel")
	m.passSeconds = m.histogram("ekc_routing_pass_seconds", "Time of one pass of matching.", workBuckets)
	m.racesLost = m.counter("ekc_routing_races_lost_total", "Matches that another node was faster with.")
	m.overflows = m.counter("ekc_routing_overflows_total", "Interactions that moved to an overflow queue.")
	m.assistantTurns = m.counters("ekc_assistant_turns_total", "Decisions of Yana.", "decision")
	m.searchSeconds = m.histogram("ekc_knowledge_search_seconds", "Time of a search in the question base.", workBuckets)
	m.searches = m.counters("ekc_knowledge_searches_total", "Searches in the question base.", "result")
	m.vectors = m.gauges("ekc_knowledge_vectors", "Published versions that have their vectors, and that have not, by embedder; told by the process that tends them.",
		"embedder", "state")
	m.advice = m.counters("ekc_knowledge_advice_total", "Questions to the chat model about a search, by how they ended.", "task", "outcome")
	m.adviceSeconds = m.histograms("ekc_knowledge_advice_seconds", "Time of a question to the chat model about a search.", workBuckets, "task")
	m.readinessFailures = m.counters("ekc_readiness_failures_total", "Answers of /readyz in which a part did not work.", "part")
	m.build()
	return m
}

// Register adds a collector of another part.
func (m *Metrics) Register(c prometheus.Collector) { m.registry.MustRegister(c) }

// Connections reads how many websockets and event streams are open whenever Prometheus asks.
func (m *Metrics) Connections(open func() int) {
	m.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "ekc_connections_open", Help: "Open websockets and event streams.",
	}, func() float64 { return float64(open()) }))
}

// Pool watches a pool of database connections.
func (m *Metrics) Pool(db *sql.DB, name string) { m.Register(collectors.NewDBStatsCollector(db, name)) }

// Handler serves /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		Registry: m.registry, MaxRequestsInFlight: 4, Timeout: 10 * time.Second, EnableOpenMetrics: true,
	})
}

func (m *Metrics) build() {
	revision := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	g := m.gauges("ekc_build_info", "1, with the revision the program was built from.", "revision")
	g.WithLabelValues(revision).Set(1)
}

func (m *Metrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	m.registry.MustRegister(g)
	return g
}

func (m *Metrics) histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(h)
	return h
}

func (m *Metrics) histogram(name, help string, buckets []float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
	m.registry.MustRegister(h)
	return h
}
