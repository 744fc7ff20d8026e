package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"ekc/cmd/ekcload/sip"
)

// spread is how long something took, in milliseconds.
type spread struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

func spreadOf(samples []time.Duration) spread {
	return spread{len(samples), percentile(samples, 50), percentile(samples, 99), percentile(samples, 100)}
}

// callResult is what is printed.
type callResult struct {
	callCounts
	Calls         int     `json:"calls_at_once_wanted"`
	Peak          int     `json:"calls_at_once"`
	PeakTalking   int     `json:"talks_at_once"`
	Operators     int     `json:"operators"`
	Seconds       float64 `json:"seconds"`
	BegunRate     float64 `json:"begun_rate"`
	ConnectedRate float64 `json:"connected_rate"`

	Failures map[string]int `json:"failures"`
	Phones   map[string]int `json:"operators_troubles"`
	SIP      sip.Snapshot   `json:"sip"`

	PostDial      spread `json:"invite_to_200"`
	FirstSound    spread `json:"invite_to_first_sound"`
	Menu          spread `json:"answer_to_last_key"`
	Reach         spread `json:"last_key_to_operators_sound"`
	Rang          spread `json:"last_key_to_ringing"`
	Heard         spread `json:"phone_answered_to_sound"`
	Transfer      spread `json:"transfer_to_next_operators_sound"`
	QueuedOffered spread `json:"queued_to_offer_made"`
	QueuedShown   spread `json:"queued_to_offer_shown"`
	Event         spread `json:"change_to_subscription"`
	WrapUp        spread `json:"wrap_up_mutation"`

	RTPSent     int64   `json:"rtp_sent"`
	RTPReceived int64   `json:"rtp_received"`
	RTPLost     int64   `json:"rtp_lost"`
	RTPLostPart float64 `json:"rtp_lost_percent"`
	LateMs      float64 `json:"ekcload_late_ms_max"`

	Whole      cores   `json:"cpu_over_all"`
	AtPeak     cores   `json:"cpu_at_the_peak"`
	MemoryMB   float64 `json:"server_memory_mib"`
	BeforeMB   float64 `json:"server_memory_before_mib"`
	PerCallKiB float64 `json:"server_memory_per_call_kib"`
}

// bad is how many calls were not as they should be. What was heard of strangers is one of them: somebody listens in.
func (r callResult) bad() int { return r.Failed + r.OneWay + r.Strange }

func (r *callRun) result() callResult {
	before, peak, _ := r.watch.memory()
	late := r.sound.Late()
	s := r.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	out := callResult{
		callCounts: s.n, Calls: r.o.Calls, Peak: s.peak, PeakTalking: s.peakTalking, Operators: r.o.Operators,
		Failures: s.failures, Phones: s.phones, SIP: r.counts.Snapshot(),
		PostDial: spreadOf(s.times.answer), FirstSound: spreadOf(s.times.first), Menu: spreadOf(s.times.menu), Reach: spreadOf(s.times.reach),
		Rang: spreadOf(s.times.rang), Heard: spreadOf(s.times.heard),
		Transfer: spreadOf(s.times.transfer), QueuedOffered: spreadOf(s.times.queuedOffered), QueuedShown: spreadOf(s.times.queuedShown),
		Event: spreadOf(s.times.event), WrapUp: spreadOf(s.times.wrapUp),
		RTPSent: s.rtp.Sent, RTPReceived: s.rtp.Received, RTPLost: s.rtp.Lost, LateMs: float64(late.Microseconds()) / 1000,
		Whole: r.watch.over(0), AtPeak: r.watch.over(max(1, s.peak*9/10)), MemoryMB: peak, BeforeMB: before,
	}
	if all := s.rtp.Received + s.rtp.Lost; all > 0 {
		out.RTPLostPart = 100 * float64(s.rtp.Lost) / float64(all)
	}
	if s.peak > 0 {
		out.PerCallKiB = max(0, peak-before) * 1024 / float64(s.peak)
	}
	if out.Seconds = s.stopped.Sub(s.started).Seconds(); out.Seconds > 0 {
		out.BegunRate, out.ConnectedRate = float64(s.n.Begun)/out.Seconds, float64(s.n.Connected)/out.Seconds
	}
	return out
}

func (r callResult) print(w io.Writer) error {
	p := printer{w: w}
	p.line("calls: %d begun in %.0f s (%.1f/s), %d answered, %d connected (%.1f/s), %d transferred, %d failed; at once %d, talking %d, operators %d",
		r.Begun, r.Seconds, r.BegunRate, r.Answered, r.Connected, r.ConnectedRate, r.Transferred, r.Failed, r.Peak, r.PeakTalking, r.Operators)
	p.reasons(r.Failures)
	p.line("sound: %d one-way, %d heard a stranger; RTP %d received, %d lost (%.3f %%), %d sent; ekcload late %.1f ms at most",
		r.OneWay, r.Strange, r.RTPReceived, r.RTPLost, r.RTPLostPart, r.RTPSent, r.LateMs)
	p.line("SIP: %d received, %d sent; sent again: %d requests, %d responses by us, %d requests, %d responses by the server; %d timeouts, %d unreadable",
		r.SIP.Received, r.SIP.Sent, r.SIP.RequestsSentAgain, r.SIP.ResponsesSentAgain, r.SIP.RequestsCameAgain, r.SIP.ResponsesCameAgain,
		r.SIP.Timeouts, r.SIP.Unreadable)
	p.line("%-36s %8s %10s %10s %10s", "", "count", "p50 ms", "p99 ms", "max ms")
	p.spread("INVITE -> 200", r.PostDial)
	p.spread("INVITE -> first sound", r.FirstSound)
	p.spread("answer -> last key", r.Menu)
	p.spread("last key -> operator's sound", r.Reach)
	p.spread("last key -> phone rings", r.Rang)
	p.spread("phone answered -> sound", r.Heard)
	p.spread("transfer -> next operator's sound", r.Transfer)
	p.spread("queued -> offer made", r.QueuedOffered)
	p.spread("queued -> offer shown", r.QueuedShown)
	p.spread("change -> subscription", r.Event)
	p.spread("wrap-up mutation", r.WrapUp)
	p.line("CPU cores over %.0f s: server %.2f, postgres %.2f, ekcload %.2f; while 9/10 of the peak were up (%.0f s): server %.2f, postgres %.2f, ekcload %.2f",
		r.Whole.Seconds, r.Whole.Server, r.Whole.Postgres, r.Whole.Own, r.AtPeak.Seconds, r.AtPeak.Server, r.AtPeak.Postgres, r.AtPeak.Own)
	p.line("server memory: %.0f MiB before, %.0f MiB at the peak, %.0f KiB a call", r.BeforeMB, r.MemoryMB, r.PerCallKiB)
	if len(r.Phones) > 0 {
		p.line("at the operators' desks:")
		p.reasons(r.Phones)
	}
	return p.err
}

// printer keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *printer) spread(name string, s spread) {
	p.line("%-36s %8d %10.1f %10.1f %10.1f", name, s.Count, s.P50, s.P99, s.Max)
}

// reasons are printed with the most frequent first.
func (p *printer) reasons(all map[string]int) {
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(all[b]-all[a], cmp.Compare(a, b)) })
	for _, name := range names {
		p.line("  %d × %s", all[name], name)
	}
}
