package main

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// stats gathers what the users felt.
type stats struct {
	mu        sync.Mutex
	delivered []time.Duration // message sent → seen by the other side
	offered   []time.Duration // handed over → offered to an operator
	answered  []time.Duration // mutation sent → answered
	errors    map[string]int
	sent      int
	expected  map[string]map[string]int // stream → message key → times seen
	repeated  int
	drops     int
}

func newStats() *stats {
	return &stats{errors: map[string]int{}, expected: map[string]map[string]int{}}
}

func (s *stats) failed(what string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errors[what+": "+err.Error()]++
}

func (s *stats) wasOffered(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offered = append(s.offered, took)
}

func (s *stats) wasAnswered(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answered = append(s.answered, took)
}

func (s *stats) wasDropped() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drops++
}

// expect says that the streams must see the message exactly once each.
func (s *stats) expect(key string, streams ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	for _, name := range streams {
		if s.expected[name] == nil {
			s.expected[name] = map[string]int{}
		}
		s.expected[name][key] = 0
	}
}

// forget withdraws the expectation of a message that the server did not take.
func (s *stats) forget(key string, streams ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent--
	for _, name := range streams {
		delete(s.expected[name], key)
	}
}

// saw notes that a stream showed a message, sent so long ago; the sender's own stream does not count as delivery.
func (s *stats) saw(stream, key string, took time.Duration, own bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	times, known := s.expected[stream][key]
	if !known {
		return
	}
	s.expected[stream][key] = times + 1
	if times > 0 {
		s.repeated++
		return
	}
	if !own {
		s.delivered = append(s.delivered, took)
	}
}

// lost counts the events that a stream should have shown and did not.
func (s *stats) lost() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, keys := range s.expected {
		for _, times := range keys {
			if times == 0 {
				n++
			}
		}
	}
	return n
}

// result is what is printed.
type result struct {
	Citizens       int            `json:"citizens"`
	Operators      int            `json:"operators"`
	Seconds        float64        `json:"seconds"`
	MessagesSent   int            `json:"messages_sent"`
	MessageRate    float64        `json:"message_rate"`
	DeliveredP50   float64        `json:"sent_to_delivered_ms_p50"`
	DeliveredP99   float64        `json:"sent_to_delivered_ms_p99"`
	DeliveredMax   float64        `json:"sent_to_delivered_ms_max"`
	OfferedP50     float64        `json:"queued_to_offered_ms_p50"`
	OfferedP99     float64        `json:"queued_to_offered_ms_p99"`
	AnsweredP50    float64        `json:"mutation_ms_p50"`
	AnsweredP99    float64        `json:"mutation_ms_p99"`
	Lost           int            `json:"events_lost"`
	Repeated       int            `json:"events_repeated"`
	Dropped        int            `json:"connections_dropped"`
	Errors         map[string]int `json:"errors"`
	ServerCPU      float64        `json:"server_cpu_cores"`
	PostgresCPU    float64        `json:"postgres_cpu_cores"`
	LoadCPU        float64        `json:"ekcload_cpu_cores"`
	ServerMemoryMB float64        `json:"server_memory_mib"`
}

func (s *stats) result() result {
	lost := s.lost()
	s.mu.Lock()
	defer s.mu.Unlock()
	return result{
		MessagesSent: s.sent, Lost: lost, Repeated: s.repeated, Dropped: s.drops, Errors: s.errors,
		DeliveredP50: percentile(s.delivered, 50), DeliveredP99: percentile(s.delivered, 99), DeliveredMax: percentile(s.delivered, 100),
		OfferedP50: percentile(s.offered, 50), OfferedP99: percentile(s.offered, 99),
		AnsweredP50: percentile(s.answered, 50), AnsweredP99: percentile(s.answered, 99),
	}
}

// percentile in milliseconds; 0 without samples.
func percentile(samples []time.Duration, p int) float64 {
	if len(samples) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(samples))
	return float64(sorted[min(len(sorted)*p/100, len(sorted)-1)].Microseconds()) / 1000
}

func (r result) print(w io.Writer) error {
	failures := 0
	for _, n := range r.Errors {
		failures += n
	}
	_, err := fmt.Fprintf(w, `citizens %d, operators %d, %.0f s, %d messages (%.1f/s), %d connections dropped and resumed
                       p50 ms    p99 ms    max ms
sent -> delivered    %8.1f  %8.1f  %8.1f
queued -> offered    %8.1f  %8.1f
mutation answered    %8.1f  %8.1f
events lost %d, repeated %d, errors %d
CPU cores: server %.2f, postgres %.2f, ekcload %.2f; server memory %.0f MiB
`, r.Citizens, r.Operators, r.Seconds, r.MessagesSent, r.MessageRate, r.Dropped,
		r.DeliveredP50, r.DeliveredP99, r.DeliveredMax, r.OfferedP50, r.OfferedP99, r.AnsweredP50, r.AnsweredP99,
		r.Lost, r.Repeated, failures, r.ServerCPU, r.PostgresCPU, r.LoadCPU, r.ServerMemoryMB)
	if err != nil {
		return err
	}
	for text, n := range r.Errors {
		if _, err := fmt.Fprintf(w, "  %d × %s\n", n, text); err != nil {
			return err
		}
	}
	return nil
}
