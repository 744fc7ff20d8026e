package telemetry

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// centreFor is how long the figures of the centre are kept: several scrapers must not mean several readings.
	centreFor     = 5 * time.Second
	centreTimeout = 3 * time.Second
)

// figure is one gauge read from the core's database: its statement returns rows of label and value.
type figure struct {
	desc      *prometheus.Desc
	statement string
}

// Centre reads the state of the centre from the core's database when Prometheus asks. It is the same on every node: take
// the maximum over nodes, not the sum.
type Centre struct {
	db      *sql.DB
	log     *slog.Logger
	figures []figure

	mu   sync.Mutex
	read time.Time
	kept []prometheus.Metric
}

// NewCentre returns a collector over the core's database.
func NewCentre(db *sql.DB, log *slog.Logger) *Centre {
	gauge := func(name, help, label, statement string) figure {
		return figure{prometheus.NewDesc(name, help, []string{label}, nil), statement}
	}
	return &Centre{db: db, log: log, figures: []figure{
		gauge("ekc_queue_waiting", "Interactions that wait, offered ones too.", "queue", `
			SELECT q.code, count(i.id) FROM queues q
			LEFT JOIN interactions i ON i.queue_id = q.id AND i.state IN ('QUEUED', 'OFFERED') GROUP BY q.code`),
		gauge("ekc_queue_longest_wait_seconds", "The longest present wait.", "queue", `
			SELECT q.code, coalesce(extract(epoch FROM now() - min(i.queued_at)), 0) FROM queues q
			LEFT JOIN interactions i ON i.queue_id = q.id AND i.state IN ('QUEUED', 'OFFERED') GROUP BY q.code`),
		gauge("ekc_operators", "Operators by presence.", "state", `
			SELECT s.state, count(p.id) FROM unnest(ARRAY['AVAILABLE', 'BUSY', 'WRAP_UP', 'PAUSED', 'OFFLINE']) s(state)
			LEFT JOIN presences p ON p.state = s.state GROUP BY s.state`),
		gauge("ekc_interactions_open", "Interactions that are not over, by state.", "state", `
			SELECT s.state, count(i.id)
			FROM unnest(ARRAY['WITH_ASSISTANT', 'QUEUED', 'OFFERED', 'ACTIVE', 'HELD', 'WRAP_UP', 'DEFERRED']) s(state)
			LEFT JOIN interactions i ON i.state = s.state AND i.state NOT IN ('CLOSED', 'ABANDONED') GROUP BY s.state`),
		gauge("ekc_callbacks_open", "Promised calls, by state.", "state", `
			SELECT s.state, count(c.id) FROM unnest(ARRAY['WAITING', 'DIALLING']) s(state)
			LEFT JOIN callbacks c ON c.state = s.state AND (c.state = 'WAITING' OR c.state = 'DIALLING') GROUP BY s.state`),
		gauge("ekc_transcripts_open", "Recordings whose words are not understood: they wait for it, or were given up.", "state", `
			SELECT s.state, count(t.id) FROM unnest(ARRAY['WAITING', 'FAILED']) s(state)
			LEFT JOIN transcripts t ON t.state = s.state AND t.state <> 'DONE' GROUP BY s.state`),
	}}
}

// Describe is part of prometheus.Collector.
func (c *Centre) Describe(out chan<- *prometheus.Desc) {
	for _, f := range c.figures {
		out <- f.desc
	}
}

// Collect is part of prometheus.Collector. When the database does not answer the figures are left out, not zero.
func (c *Centre) Collect(out chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.read) > centreFor {
		c.kept, c.read = c.refresh(), time.Now()
	}
	for _, m := range c.kept {
		out <- m
	}
}

func (c *Centre) refresh() []prometheus.Metric {
	ctx, cancel := context.WithTimeout(context.Background(), centreTimeout)
	defer cancel()
	var all []prometheus.Metric
	for _, f := range c.figures {
		metrics, err := f.metrics(ctx, c.db)
		if err != nil {
			c.log.WarnContext(ctx, "read the figures of the centre", "error", err)
			return nil
		}
		all = append(all, metrics...)
	}
	return all
}

func (f figure) metrics(ctx context.Context, db *sql.DB) ([]prometheus.Metric, error) {
	rows, err := db.QueryContext(ctx, f.statement)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	var list []prometheus.Metric
	for rows.Next() {
		var label string
		var value float64
		if err := rows.Scan(&label, &value); err != nil {
			return nil, err
		}
		list = append(list, prometheus.MustNewConstMetric(f.desc, prometheus.GaugeValue, value, label))
	}
	return list, rows.Err()
}

// EventLogLag returns a gauge of how many positions of the event log were drawn that this node has not followed yet.
func EventLogLag(db *sql.DB, tail func() int64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "ekc_eventlog_lag_events", Help: "Events that this node has not handed on yet; -1 when the database does not tell.",
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), centreTimeout)
		defer cancel()
		var drawn int64
		err := db.QueryRowContext(ctx, `SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM events_id_seq`).Scan(&drawn)
		if err != nil {
			return -1
		}
		return float64(max(0, drawn-tail()))
	})
}
