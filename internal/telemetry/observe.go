package telemetry

import "time"

// Matched is told by routing of an offer made after this wait since the interaction entered its queue.
func (m *Metrics) Matched(channel string, wait time.Duration) {
	m.offers.WithLabelValues("made").Inc()
	m.matchSeconds.WithLabelValues(channel).Observe(wait.Seconds())
}

// OfferAnswered is told by routing how an offer ended: accepted, declined, expired or withdrawn.
func (m *Metrics) OfferAnswered(outcome string) { m.offers.WithLabelValues(outcome).Inc() }

// Overflowed is told by routing that an interaction moved to an overflow queue.
func (m *Metrics) Overflowed() { m.overflows.Inc() }

// Passed is told by routing of one round of matching.
func (m *Metrics) Passed(took time.Duration, _, lost int) {
	m.passSeconds.Observe(took.Seconds())
	m.racesLost.Add(float64(lost))
}

// Decided is told of one decision of Yana.
func (m *Metrics) Decided(decision string) { m.assistantTurns.WithLabelValues(decision).Inc() }

// Searched is told of one search in the question base.
func (m *Metrics) Searched(took time.Duration, err error) {
	m.searchSeconds.Observe(took.Seconds())
	m.searches.WithLabelValues(word(err == nil, "ok", "error")).Inc()
}

// VectorsCover is told how many versions in force have their vectors of an embedder.
func (m *Metrics) VectorsCover(embedder string, done, total int) {
	m.vectors.WithLabelValues(embedder, "done").Set(float64(done))
	m.vectors.WithLabelValues(embedder, "missing").Set(float64(total - done))
}

// VectorsRemoved is told that an embedder's vectors are gone.
func (m *Metrics) VectorsRemoved(embedder string) {
	m.vectors.DeleteLabelValues(embedder, "done")
	m.vectors.DeleteLabelValues(embedder, "missing")
}

// Advised is told of one question to the chat model about a search.
func (m *Metrics) Advised(task, outcome string, took time.Duration) {
	m.advice.WithLabelValues(task, outcome).Inc()
	m.adviceSeconds.WithLabelValues(task).Observe(took.Seconds())
}

// Unready counts a part that did not work when readiness was asked for.
func (m *Metrics) Unready(part string) { m.readinessFailures.WithLabelValues(part).Inc() }

func word(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}
