package media

import "time"

// The E-model (ITU-T G.107) with all defaults, where only delay and loss are measured.
const (
	defaultR = 93.2 // G.107 §7, all parameters at their defaults
	// lossRobustness is Bpl of G.711 with packet loss concealment (G.113 Appendix I, table I.2); phones conceal.
	lossRobustness = 25.1
	// playoutDelay is a receiver's packet and jitter buffer, in ms, beyond the network.
	playoutDelay = 40
)

// estimateMOS gives the mean opinion score of the party's voice as received here.
//
// Delay costs Id = 0.024·d + 0.11·(d - 177.3)·H(d - 177.3) (Cole and Rosenbluth, "Voice over IP performance monitoring",
// ACM CCR 31-2, 2001, for G.107 §7.4); loss costs Ie,eff = 95·Ppl/(Ppl + Bpl) for random loss and Ie = 0 (G.107 §7.5). A jitter
// buffer is taken to be twice the jitter deep.
func estimateMOS(s LegStats) float64 {
	delay := float64(s.RoundTrip)/2/float64(time.Millisecond) + 2*float64(s.Jitter)/float64(time.Millisecond) + playoutDelay
	impairment := 0.024 * delay
	if delay > 177.3 {
		impairment += 0.11 * (delay - 177.3)
	}
	loss := 0.0
	if total := float64(s.Received) + float64(s.Lost); s.Lost > 0 && total > 0 {
		loss = 100 * float64(s.Lost) / total
	}
	return mosOf(defaultR - impairment - 95*loss/(loss+lossRobustness))
}

// mosOf turns a rating into a score (G.107 Annex B).
func mosOf(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	default:
		return max(1, 1+0.035*r+r*(r-60)*(100-r)*7e-6)
	}
}
