package signaling

import (
	"strconv"
	"strings"
	"time"

	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/wire"
)

// reliable sends provisional responses reliably (RFC 3262 §3): one at a time, until its PRACK comes.
type reliable struct {
	sequence uint32
	pending  *wire.Message
	body     bool // the pending one has a description
	carried  bool // one with a description was acknowledged
	queue    []*wire.Message
	interval time.Duration
	resend   *time.Timer
	end      *time.Timer
	final    *wire.Message // the 2xx that waits for the pending one
}

// queued bounds the provisional responses that wait for a PRACK.
const queued = 8

func (r *reliable) stop() {
	stopTimer(r.resend)
	stopTimer(r.end)
	r.pending, r.queue = nil, nil
}

// described reports whether a description is under way.
func (r *reliable) described() bool { return r.pending != nil && r.body }

// sendReliable sends m, or queues it behind one that is not acknowledged yet.
func (d *Dialog) sendReliable(m *wire.Message, body bool) error {
	if d.reliable.pending != nil {
		if len(d.reliable.queue) >= queued {
			return ErrState
		}
		d.reliable.queue = append(d.reliable.queue, m)
		return nil
	}
	if body {
		d.lastSDP = m.Body
	}
	r := &d.reliable
	if r.sequence == 0 {
		r.sequence = uint32(d.agent.number(1<<16)) + 1
	} else {
		r.sequence++
	}
	m.Set("Require", "100rel")
	m.Set("RSeq", strconv.FormatUint(uint64(r.sequence), 10))
	timers := d.agent.table.Timers()
	r.pending, r.body, r.interval = m, body, timers.T1
	err := d.invite.Respond(m)
	var again func()
	again = func() {
		if r.pending != m {
			return
		}
		d.agent.table.Repeat()
		_ = d.invite.Respond(m)
		r.interval *= 2
		r.resend = d.later(r.interval, again)
	}
	r.resend = d.later(r.interval, again)
	r.end = d.later(timers.Limit(), func() {
		if r.pending == m {
			d.reject(504, "Provisional Response Not Acknowledged")
		}
	})
	return err
}

// prack takes the acknowledgement of a reliable provisional response. It may bring the answer to our offer, or a new offer.
func (d *Dialog) prack(m *wire.Message, tx *transaction.Server) {
	r := &d.reliable
	fields := strings.Fields(m.Get("RAck"))
	if r.pending == nil || len(fields) != 3 || fields[0] != strconv.FormatUint(uint64(r.sequence), 10) ||
		fields[1] != strconv.FormatUint(uint64(d.request0.CSeq), 10) || fields[2] != "INVITE" {
		d.respond(tx, 481)
		return
	}
	described, answers := r.body, d.request0.SDP() == nil && !r.carried
	stopTimer(r.resend)
	stopTimer(r.end)
	r.pending = nil
	r.carried = r.carried || described
	if described {
		d.emit(Acknowledged{Body: answerIn(m, answers)})
	}
	if m.SDP() == nil || (described && answers) {
		d.respond(tx, 200)
	} else {
		d.offered(m, tx)
	}
	d.reliable.next(d)
}

func answerIn(m *wire.Message, answers bool) []byte {
	if !answers {
		return nil
	}
	return m.SDP()
}

// next sends what waited: the final response when there is one, else the next provisional one.
func (r *reliable) next(d *Dialog) {
	if d.state != incoming || r.pending != nil {
		return
	}
	if final := r.final; final != nil {
		d.accept(final)
		return
	}
	if len(r.queue) > 0 {
		m := r.queue[0]
		r.queue = r.queue[1:]
		_ = d.sendReliable(m, len(m.Body) > 0)
	}
}
