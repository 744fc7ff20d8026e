package signaling

import (
	"strconv"
	"strings"
	"time"

	"ekc/telephony/signaling/wire"
)

// sessionTimer finds calls whose other end has vanished without a word (RFC 4028).
type sessionTimer struct {
	interval time.Duration // 0: none was agreed
	min      time.Duration
	refresh  bool // we are the refresher
	timer    *time.Timer
}

func (s *sessionTimer) stop() { stopTimer(s.timer) }

// sessionExpires reads Session-Expires.
func sessionExpires(m *wire.Message) (time.Duration, string) {
	value, rest, _ := strings.Cut(m.Get("Session-Expires"), ";")
	n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 32)
	if err != nil {
		return 0, ""
	}
	refresher := ""
	for _, part := range strings.Split(rest, ";") {
		name, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		if strings.EqualFold(strings.TrimSpace(name), "refresher") {
			refresher = strings.ToLower(strings.TrimSpace(v))
		}
	}
	return time.Duration(n) * time.Second, refresher
}

// timerWish refuses a session interval that is too short with 422; nil when all is well.
func (d *Dialog) timerWish(m *wire.Message) *wire.Message {
	interval, _ := sessionExpires(m)
	if interval == 0 || interval >= d.agent.config.MinSession || !m.Lists("Supported", "timer") {
		return nil
	}
	refusal := d.agent.reply(m, 422, "", d.localTag)
	refusal.Add("Min-SE", strconv.Itoa(int(d.agent.config.MinSession.Seconds())))
	return refusal
}

// accept agrees on the timer in our 2xx to a request.
func (s *sessionTimer) accept(d *Dialog, request, answer *wire.Message) {
	interval, refresher := sessionExpires(request)
	supports := request.Lists("Supported", "timer") || request.Lists("Require", "timer")
	if interval == 0 {
		if d.line == nil || d.line.SessionExpires == 0 {
			s.interval = 0
			return
		}
		interval, refresher = d.line.SessionExpires, "uas"
	}
	if floor := minSE(request); interval < floor {
		interval = floor
	}
	if refresher != "uac" && refresher != "uas" {
		refresher = "uas"
		if supports {
			refresher = "uac"
		}
	}
	if !supports {
		refresher = "uas"
	}
	s.interval, s.refresh = interval, refresher == "uas"
	answer.Set("Session-Expires", strconv.Itoa(int(interval.Seconds()))+";refresher="+refresher)
	if refresher == "uac" {
		answer.Set("Require", "timer")
	}
}

func minSE(m *wire.Message) time.Duration {
	value, _, _ := strings.Cut(m.Get("Min-SE"), ";")
	n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 32)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// ask puts the timer into a request of ours.
func (s *sessionTimer) ask(d *Dialog, m *wire.Message) {
	interval := s.interval
	if interval == 0 && d.line != nil {
		interval = d.line.SessionExpires
	}
	if interval == 0 {
		return
	}
	interval = max(interval, s.min)
	value := strconv.Itoa(int(interval.Seconds()))
	if s.interval != 0 { // keep the roles
		if s.refresh {
			value += ";refresher=uac"
		} else {
			value += ";refresher=uas"
		}
	}
	m.Set("Session-Expires", value)
	m.Set("Min-SE", strconv.Itoa(int(max(s.min, d.agent.config.MinSession).Seconds())))
}

// agreed reads the timer from a 2xx to a request of ours.
func (s *sessionTimer) agreed(answer *wire.Message) {
	interval, refresher := sessionExpires(answer)
	s.interval, s.refresh = interval, refresher != "uas"
}

// raise takes the peer's minimum from a 422.
func (s *sessionTimer) raise(answer *wire.Message) { s.min = max(s.min, minSE(answer)) }

// start runs the timer anew: the refresher renews at half of the interval, the other ends the call shortly before its end
// (RFC 4028 §10).
func (s *sessionTimer) start(d *Dialog) {
	s.stop()
	if s.interval == 0 || d.state == ended {
		return
	}
	if s.refresh {
		s.timer = d.later(s.interval/2, func() {
			if d.state != up {
				return
			}
			if d.queue == nil && d.ours == nil {
				d.queue = &ourOffer{body: d.lastSDP, refresh: true}
				d.exchange.next(d)
			}
			s.timer = d.later(s.interval/2, func() { d.expired() })
		})
		return
	}
	s.timer = d.later(s.interval-min(32*time.Second, s.interval/3), func() { d.expired() })
}

func (d *Dialog) expired() {
	if d.state == up {
		d.bye(Cause{Q850: 102, Text: "session timer expired"})
		d.finish(Ended{Code: 408, Reason: "the session timer expired", Cause: 102})
	}
}
