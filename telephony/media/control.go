package media

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// reportInterval is the mean time between reports; each is drawn from half to one and a half of it (RFC 3550 §6.2).
const reportInterval = 5 * time.Second

// ntpEpoch is 1970 in seconds of NTP's era 0, which began in 1900.
const ntpEpoch = 2208988800

// RTCP packet types (RFC 3550 §12.1).
const (
	typeSR   = 200
	typeRR   = 201
	typeSDES = 202
	typeBye  = 203
)

// control is a leg's RTCP.
type control struct {
	next         int64 // when to report; before the first housekeeping, a random delay
	begun        bool
	lastSR       uint32 // the middle of the party's last NTP stamp
	lastSRAt     int64
	roundTrip    time.Duration
	remoteLost   int64
	remoteJitter time.Duration
	bye          bool
}

// ntp gives a wall-clock time in NTP's 64-bit form (RFC 3550 §4).
func ntp(at time.Time) uint64 {
	ns := at.UnixNano()
	return uint64(ns/1e9+ntpEpoch)<<32 | uint64(ns%1e9)<<32/1e9
}

// reportIfDue sends a report about every five seconds.
func (t *thread) reportIfDue(l *Leg) {
	c := &l.control
	if !c.begun {
		c.begun, c.next = true, t.now+c.next
	}
	if t.now < c.next {
		return
	}
	spread := int64(t.engine.options.Random() % uint64(reportInterval))
	c.next = t.now + int64(reportInterval)/2 + spread
	t.sendControl(l, t.buildReport(l, false))
}

// sayBye ends the stream towards the party (RFC 3550 §6.6).
func (t *thread) sayBye(l *Leg) {
	if l.ready && l.tx.packets > 0 {
		t.sendControl(l, t.buildReport(l, true))
	}
}

// buildReport writes a compound packet: SR or RR, SDES with CNAME, perhaps BYE (RFC 3550 §6.1, §6.4, §6.5).
func (t *thread) buildReport(l *Leg, bye bool) []byte {
	b := t.report[:0]
	blocks := byte(0)
	if l.rx.sequence.started {
		blocks = 1
	}
	if l.tx.packets > 0 {
		b = append(b, 0x80|blocks, typeSR, 0, 6+6*blocks)
		b = binary.BigEndian.AppendUint32(b, l.ssrc)
		b = binary.BigEndian.AppendUint64(b, ntp(t.wall(t.now)))
		b = binary.BigEndian.AppendUint32(b, l.wireNow(l.tx.clock(t.now)))
		b = binary.BigEndian.AppendUint32(b, uint32(l.tx.packets))
		b = binary.BigEndian.AppendUint32(b, uint32(l.tx.bytes))
	} else {
		b = append(b, 0x80|blocks, typeRR, 0, 1+6*blocks)
		b = binary.BigEndian.AppendUint32(b, l.ssrc)
	}
	if blocks > 0 {
		b = t.appendBlock(b, l)
	}
	b = appendName(b, l)
	if bye {
		b = append(b, 0x81, typeBye, 0, 1)
		b = binary.BigEndian.AppendUint32(b, l.ssrc)
	}
	return b
}

// appendBlock writes what was received of the party (RFC 3550 §6.4.1).
func (t *thread) appendBlock(b []byte, l *Leg) []byte {
	s := &l.rx.sequence
	lost := max(-0x800000, min(s.lost(), 0x7FFFFF))
	b = binary.BigEndian.AppendUint32(b, s.ssrc)
	b = binary.BigEndian.AppendUint32(b, uint32(s.fraction())<<24|uint32(lost)&0xFFFFFF)
	b = binary.BigEndian.AppendUint32(b, s.extendedMax())
	b = binary.BigEndian.AppendUint32(b, s.jitter>>4*l.ticksIn())
	b = binary.BigEndian.AppendUint32(b, l.control.lastSR)
	delay := uint32(0)
	if l.control.lastSR != 0 {
		delay = uint32((t.now - l.control.lastSRAt) * 65536 / 1e9)
	}
	return binary.BigEndian.AppendUint32(b, delay)
}

// appendName writes SDES with a CNAME (RFC 3550 §6.5.1), padded to 32 bits.
func appendName(b []byte, l *Leg) []byte {
	name := l.name[:min(len(l.name), 64)]
	start := len(b)
	b = append(b, 0x81, typeSDES, 0, 0)
	b = binary.BigEndian.AppendUint32(b, l.ssrc)
	b = append(b, 1, byte(len(name)))
	b = append(b, name...)
	b = append(b, 0)
	for (len(b)-start)%4 != 0 {
		b = append(b, 0)
	}
	binary.BigEndian.PutUint16(b[start+2:], uint16((len(b)-start)/4-1))
	return b
}

func (t *thread) sendControl(l *Leg, b []byte) {
	if !l.toControl.valid() {
		return
	}
	if l.srtp != nil {
		b = l.srtp.sealControl(t.crypt, b)
	}
	if b == nil || !l.transport.send(!l.config.RTCPMux, b, &l.toControl) {
		t.stats.SendErrors++
		return
	}
	t.stats.ControlOut++
}

// receiveControl takes a compound packet of the party. It is believed when it comes from an address of the leg's party.
func (t *thread) receiveControl(l *Leg, b []byte, from netip.AddrPort) {
	ip := from.Addr()
	if !l.ready || (ip != l.to.addr.Addr() && ip != l.toControl.addr.Addr()) {
		l.stats.Foreign++
		t.stats.Foreign++
		return
	}
	if l.srtp != nil {
		b = l.srtp.openControl(t.plain, b)
	}
	if len(b) < 8 || (b[1] != typeSR && b[1] != typeRR) { // §6.1: the first is a report
		l.stats.Rejected++
		t.stats.Rejected++
		return
	}
	t.stats.ControlIn++
	for len(b) >= 4 && b[0]>>6 == 2 {
		size := 4 + 4*int(binary.BigEndian.Uint16(b[2:]))
		if size > len(b) {
			return
		}
		t.readControl(l, b[:size])
		b = b[size:]
	}
}

// readControl takes one packet of a compound one.
func (t *thread) readControl(l *Leg, b []byte) {
	blocks := 8
	switch {
	case b[1] == typeSR && len(b) >= 28:
		if !l.rx.sequence.started || binary.BigEndian.Uint32(b[4:]) == l.rx.sequence.ssrc {
			l.control.lastSR, l.control.lastSRAt = binary.BigEndian.Uint32(b[10:]), t.now
		}
		blocks = 28
	case b[1] == typeRR:
	case b[1] == typeBye:
		if !l.control.bye && len(b) >= 8 && binary.BigEndian.Uint32(b[4:]) == l.rx.sequence.ssrc && l.rx.sequence.started {
			l.control.bye = true
			l.event(t, Event{Kind: ByeReceived})
		}
		return
	default:
		return
	}
	for n := int(b[0] & 0x1F); n > 0 && len(b) >= blocks+24; n-- {
		t.readBlock(l, b[blocks:blocks+24])
		blocks += 24
	}
}

// readBlock takes the party's report on our stream; the round trip is A - LSR - DLSR (RFC 3550 §6.4.1, figure 2).
func (t *thread) readBlock(l *Leg, b []byte) {
	if binary.BigEndian.Uint32(b) != l.ssrc {
		return
	}
	lost := int32(binary.BigEndian.Uint32(b[4:])<<8) >> 8
	l.control.remoteLost = int64(lost)
	l.control.remoteJitter = samplesToDuration(int64(binary.BigEndian.Uint32(b[12:]) / l.ticksOut()))
	sr, delay := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	if sr == 0 {
		return
	}
	trip := uint32(ntp(t.wall(t.now))>>16) - sr - delay
	if trip < 1<<31 && trip < 10<<16 { // a clock that was set, or nonsense, gives absurd values
		l.control.roundTrip = time.Duration(trip) * time.Second / 65536
	}
}
