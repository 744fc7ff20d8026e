package app

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"ekc/telephony/media"
)

// phoneFigures tells Prometheus of the phone of this node; take the sum over nodes.
type phoneFigures struct {
	phone *phone
	out   chan<- prometheus.Metric
}

// watchPhone tells metrics and health of the phone.
func (a *App) watchPhone() {
	a.metrics.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "ekc_node_draining", Help: "1: the node takes no new calls and ends with its last one.",
	}, func() float64 {
		if a.health.Draining() {
			return 1
		}
		return 0
	}))
	if a.phone == nil {
		return
	}
	a.health.CountCalls(a.phone.calls)
	a.metrics.Register(phoneFigures{phone: a.phone})
}

// Describe is part of prometheus.Collector. The collector is unchecked: trunks and media threads come and go.
func (phoneFigures) Describe(chan<- *prometheus.Desc) {}

// Collect is part of prometheus.Collector.
func (f phoneFigures) Collect(out chan<- prometheus.Metric) {
	f.out = out
	f.calls()
	f.trunks()
	f.sip()
	f.media()
	f.recordings()
	f.prompts()
}

// gauge and count give one figure; labels are pairs of name and value.
func (f phoneFigures) gauge(name, help string, value float64, labels ...string) {
	f.give(prometheus.GaugeValue, name, help, value, labels)
}

func (f phoneFigures) count(name, help string, value uint64, labels ...string) {
	f.give(prometheus.CounterValue, name, help, float64(value), labels)
}

func (f phoneFigures) give(kind prometheus.ValueType, name, help string, value float64, labels []string) {
	var names, values []string
	for i := 0; i+1 < len(labels); i += 2 {
		names, values = append(names, labels[i]), append(values, labels[i+1])
	}
	f.out <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, names, nil), kind, value, values...)
}

func (f phoneFigures) calls() {
	m := f.phone.board.Metrics()
	for _, phase := range []string{"arriving", "menu", "queue", "offer", "reach", "dial", "talk", "passed", "parting", "over"} {
		f.gauge("ekc_calls", "Calls now, by what goes on in them.", float64(m.Calls[phase]), "phase", phase)
	}
	f.gauge("ekc_call_legs", "Legs of calls now: citizens, operators, supervisors, consulted parties.", float64(m.Legs))
	const total = "Calls since the start, by who began them."
	f.count("ekc_calls_total", total, m.Incoming, "direction", "incoming")
	f.count("ekc_calls_total", total, m.Outgoing, "direction", "outgoing")
	f.count("ekc_calls_refused_total", "Calls that were answered with 486, 488 or 503.", m.Refused)
	const outcome = "What became of calls: an operator was reached, the caller was lost before, the citizen did not answer, it failed."
	f.count("ekc_call_outcomes_total", outcome, m.Connected, "outcome", "connected")
	f.count("ekc_call_outcomes_total", outcome, m.Lost, "outcome", "lost")
	f.count("ekc_call_outcomes_total", outcome, m.Unanswered, "outcome", "unanswered")
	f.count("ekc_call_outcomes_total", outcome, m.Failed, "outcome", "failed")
	f.gauge("ekc_call_reports_waiting", "What calls still have to tell the database.", float64(m.Errands))
	f.count("ekc_call_report_retries_total", "Attempts to tell the database that are repeated.", m.Retries)
	f.count("ekc_call_reports_lost_total", "What the database was never told, because it was away for too long.", m.ErrandsLost)
	f.count("ekc_call_overruns_total", "Calls that were ended because their goroutine did not keep up.", m.Overruns)
	const said = "Utterances of citizens in talks: recognised, failed, dropped because there was no time for them."
	f.count("ekc_talk_utterances_total", said, m.Understood, "result", "recognised")
	f.count("ekc_talk_utterances_total", said, m.NotUnderstood, "result", "failed")
	f.count("ekc_talk_utterances_total", said, m.Unheard, "result", "dropped")
	f.count("ekc_recordings_lost_total", "Calls whose recording could not be begun.", m.TapesLost)
}

func (f phoneFigures) trunks() {
	for _, t := range f.phone.agent.Trunks() {
		up := 0.0
		if t.Up {
			up = 1
		}
		f.gauge("ekc_trunk_up", "1: the carrier answers, or is not asked.", up, "trunk", t.TrunkID)
		f.gauge("ekc_trunk_since_seconds", "Since when that is so, in Unix time.", float64(t.Since.Unix()), "trunk", t.TrunkID)
		f.gauge("ekc_trunk_round_trip_seconds", "Time of the last OPTIONS that was answered; 0: unknown.", t.RoundTrip.Seconds(), "trunk", t.TrunkID)
		f.gauge("ekc_trunk_calls", "Calls over the trunk now.", float64(t.Open), "trunk", t.TrunkID)
		const calls = "INVITEs over the trunk since the start."
		f.count("ekc_trunk_calls_total", calls, t.Incoming, "trunk", t.TrunkID, "direction", "incoming")
		f.count("ekc_trunk_calls_total", calls, t.Outgoing, "trunk", t.TrunkID, "direction", "outgoing")
		f.count("ekc_trunk_failures_total", "Outgoing INVITEs that ended in 5xx, 408, a time-out or an error of the transport.", t.Failed, "trunk", t.TrunkID)
	}
}

func (f phoneFigures) sip() {
	m := f.phone.agent.Metrics()
	f.gauge("ekc_sip_dialogs", "SIP dialogs now, answered or not.", float64(m.Dialogs))
	f.gauge("ekc_sip_dialogs_early", "Those that are not answered yet.", float64(m.Early))
	f.gauge("ekc_sip_transactions", "SIP transactions now.", float64(m.Transactions))
	const received = "SIP messages that came."
	f.count("ekc_sip_messages_received_total", received, m.RequestsIn, "kind", "request")
	f.count("ekc_sip_messages_received_total", received, m.ResponsesIn, "kind", "response")
	f.count("ekc_sip_messages_sent_total", "SIP messages that were sent.", m.MessagesOut)
	const again = "SIP messages that were sent again, by whom."
	f.count("ekc_sip_retransmissions_total", again, m.Retransmitted, "by", "us")
	f.count("ekc_sip_retransmissions_total", again, m.Repeated, "by", "them")
	f.count("ekc_sip_timeouts_total", "Requests of ours that nobody answered.", m.Timeouts)
	f.count("ekc_sip_malformed_total", "SIP messages that could not be read.", m.Malformed)
	f.count("ekc_sip_overflows_total", "SIP messages dropped because a queue was full.", m.Overflow)
	f.count("ekc_sip_blocked_messages_total", "SIP messages of scanners and floods, dropped unread.", m.Dropped)
	f.gauge("ekc_sip_blocked_addresses", "Addresses that are not listened to at the moment.", float64(m.Banned))
	f.count("ekc_sip_blocks_total", "How often an address was blocked.", m.Bans)
	f.count("ekc_sip_rejected_invites_total", "Calls that were refused before the menu: unknown, not allowed, challenged.", m.Rejected)
	f.gauge("ekc_phones_registered", "Devices of operators that this node keeps reachable.", float64(m.Registered))
	f.count("ekc_phone_registrations_total", "Registrations granted, renewals too.", m.Registrations)
	f.count("ekc_phone_authentication_failures_total", "Registrations and calls of devices with a wrong password.", m.AuthFail)
}

func (f phoneFigures) media() {
	m := f.phone.engine.Snapshot()
	f.gauge("ekc_media_ports", "Pairs of media ports.", float64(m.PortsFree), "state", "free")
	f.gauge("ekc_media_ports", "Pairs of media ports.", float64(m.PortsTotal-m.PortsFree), "state", "used")
	f.quality(m.Threads)
	for n, t := range m.Threads {
		thread := strconv.Itoa(n)
		f.gauge("ekc_media_legs", "Legs on a media thread.", float64(t.Legs), "thread", thread)
		f.gauge("ekc_media_recordings", "Running recordings and recognitions on a media thread.", float64(t.Recording), "thread", thread)
		const packets, bytes = "Packets of sound.", "Bytes of sound, with their headers."
		f.count("ekc_media_packets_total", packets, t.PacketsIn, "thread", thread, "direction", "received")
		f.count("ekc_media_packets_total", packets, t.PacketsOut, "thread", thread, "direction", "sent")
		f.count("ekc_media_bytes_total", bytes, t.BytesIn, "thread", thread, "direction", "received")
		f.count("ekc_media_bytes_total", bytes, t.BytesOut, "thread", thread, "direction", "sent")
		const dropped = "Packets that were dropped: not valid, not from the party, too late, refused by the kernel; and Opus that could not be kept."
		f.count("ekc_media_dropped_packets_total", dropped, t.Rejected, "thread", thread, "reason", "rejected")
		f.count("ekc_media_dropped_packets_total", dropped, t.Foreign, "thread", thread, "reason", "foreign")
		f.count("ekc_media_dropped_packets_total", dropped, t.Stale, "thread", thread, "reason", "stale")
		f.count("ekc_media_dropped_packets_total", dropped, t.SendErrors, "thread", thread, "reason", "unsent")
		f.count("ekc_media_dropped_packets_total", dropped, t.Undecoded, "thread", thread, "reason", "undecoded")
		f.count("ekc_media_digits_total", "Key presses.", t.Digits, "thread", thread)
		f.count("ekc_media_dropped_chunks_total", "Stretches of a recording that the disk was too slow for.", t.ChunksDropped, "thread", thread)
		f.count("ekc_media_stalls_total", "Turns of a media thread that came more than 100 ms late.", t.Stalls, "thread", thread)
		f.gauge("ekc_media_lag_seconds", "The greatest delay of a media thread since the last reading.", t.MaxLag.Seconds(), "thread", thread)
	}
}

// quality tells how well parties were heard: legs that have ended, over all threads.
func (f phoneFigures) quality(threads []media.ThreadStats) {
	var sum media.Quality
	for _, t := range threads {
		sum.Merge(t.Quality)
	}
	f.histogram("ekc_media_leg_loss_ratio", "Share of a party's packets that never came, by leg.", sum.Legs, sum.LossSum, media.LossBounds[:], sum.Loss[:])
	f.histogram("ekc_media_leg_jitter_seconds", "Interarrival jitter (RFC 3550), by leg.", sum.Legs, sum.JitterSum, media.JitterBounds[:], sum.Jitter[:])
	f.histogram("ekc_media_leg_mos", "Mean opinion score, 1 to 4.4 (ITU-T G.107), by leg.", sum.Legs, sum.MOSSum, media.MOSBounds[:], sum.MOS[:])
	const help = "Packets of parties, by what was wrong with them."
	f.count("ekc_media_faulty_packets_total", help, sum.Lost, "fault", "lost")
	f.count("ekc_media_faulty_packets_total", help, sum.Late, "fault", "late")
	f.count("ekc_media_faulty_packets_total", help, sum.Duplicate, "fault", "duplicate")
}

func (f phoneFigures) histogram(name, help string, legs uint64, sum float64, bounds []float64, counts []uint64) {
	buckets := make(map[float64]uint64, len(bounds))
	for i, bound := range bounds {
		buckets[bound] = counts[i]
	}
	f.out <- prometheus.MustNewConstHistogram(prometheus.NewDesc(name, help, nil, nil), legs, sum, buckets)
}

func (f phoneFigures) recordings() {
	m := f.phone.recorder.Metrics()
	const help = "Recordings now: being written, finished and not stored yet, and among both those that the disk or the storage fails."
	f.gauge("ekc_recordings", help, float64(m.Open), "state", "open")
	f.gauge("ekc_recordings", help, float64(m.Waiting), "state", "waiting")
	f.gauge("ekc_recordings", help, float64(m.Failing), "state", "failing")
	f.count("ekc_recordings_stored_total", "Recordings that are stored.", m.Stored)
	f.count("ekc_recordings_stored_bytes_total", "Their bytes.", m.StoredBytes)
	f.count("ekc_recordings_recovered_total", "Those among them that a process that died had left.", m.Recovered)
	const failures = "How often a recording began to fail: writing it, storing it, telling the database of it."
	f.count("ekc_recordings_failures_total", failures, m.WriteFailures, "step", "write")
	f.count("ekc_recordings_failures_total", failures, m.StoreFailures, "step", "store")
	f.count("ekc_recordings_failures_total", failures, m.ReportFailures, "step", "report")
	f.count("ekc_recordings_dropped_blocks_total", "Stretches of silence because the disk was too slow or full.", m.DroppedBlocks)
	if m.FreeBytes >= 0 {
		f.gauge("ekc_recordings_disk_free_bytes", "Room on the disk that recordings are written to.", float64(m.FreeBytes))
	}
}

func (f phoneFigures) prompts() {
	m := f.phone.prompts.Metrics()
	f.gauge("ekc_prompts_kept", "Spoken prompts that are kept.", float64(m.MemoryClips), "where", "memory")
	f.gauge("ekc_prompts_kept", "Spoken prompts that are kept.", float64(m.DiskClips), "where", "disk")
	f.gauge("ekc_prompts_kept_bytes", "Their bytes.", float64(m.MemoryBytes), "where", "memory")
	f.gauge("ekc_prompts_kept_bytes", "Their bytes.", float64(m.DiskBytes), "where", "disk")
	const asked = "Prompts asked for: found in memory or on disk, spoken anew, failed."
	f.count("ekc_prompts_total", asked, m.FromMemory, "result", "memory")
	f.count("ekc_prompts_total", asked, m.FromDisk, "result", "disk")
	f.count("ekc_prompts_total", asked, m.Spoken, "result", "spoken")
	f.count("ekc_prompts_total", asked, m.Failed, "result", "failed")
	f.count("ekc_prompts_stood_in_total", "Prompts that the second voice spoke because the first failed.", m.StoodIn)
}
