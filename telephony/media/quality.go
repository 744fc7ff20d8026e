package media

// The upper bounds of the classes that [Quality] sorts legs into.
var (
	// LossBounds are shares of the party's packets that never came.
	LossBounds = [...]float64{0, .001, .005, .01, .02, .05, .1, .25}
	// JitterBounds are interarrival jitters (RFC 3550 A.8), in seconds.
	JitterBounds = [...]float64{.001, .0025, .005, .01, .02, .04, .08, .16}
	// MOSBounds are mean opinion scores, 1 to 4.4: what people complain of begins below 3.6 (ITU-T G.107 Annex B).
	MOSBounds = [...]float64{2, 2.6, 3.1, 3.6, 4, 4.2, 4.3, 4.4}
)

// Quality sums up the legs that have ended and had received something, each once, in the way of a histogram: element i of a field
// counts those up to bound i, and with them those up to the bounds before.
type Quality struct {
	// Legs is their number.
	Legs uint64
	// Loss, Jitter and MOS count legs by [LossBounds], [JitterBounds] and [MOSBounds].
	Loss   [len(LossBounds)]uint64
	Jitter [len(JitterBounds)]uint64
	MOS    [len(MOSBounds)]uint64
	// LossSum, JitterSum (in seconds) and MOSSum are over all of them; divided by Legs they give means.
	LossSum, JitterSum, MOSSum float64
	// Lost, Late and Duplicate are packets, as in [LegStats].
	Lost, Late, Duplicate uint64
}

// add takes a leg in that has ended.
func (q *Quality) add(s LegStats) {
	if s.Received == 0 {
		return
	}
	lost := uint64(max(s.Lost, 0))
	loss, jitter := float64(lost)/float64(lost+s.Received), s.Jitter.Seconds()
	q.Legs++
	q.LossSum, q.JitterSum, q.MOSSum = q.LossSum+loss, q.JitterSum+jitter, q.MOSSum+s.MOS
	q.Lost, q.Late, q.Duplicate = q.Lost+lost, q.Late+s.Late, q.Duplicate+s.Duplicate
	sortIn(q.Loss[:], LossBounds[:], loss)
	sortIn(q.Jitter[:], JitterBounds[:], jitter)
	sortIn(q.MOS[:], MOSBounds[:], s.MOS)
}

// Merge adds the legs of another thread.
func (q *Quality) Merge(o Quality) {
	q.Legs += o.Legs
	q.LossSum, q.JitterSum, q.MOSSum = q.LossSum+o.LossSum, q.JitterSum+o.JitterSum, q.MOSSum+o.MOSSum
	q.Lost, q.Late, q.Duplicate = q.Lost+o.Lost, q.Late+o.Late, q.Duplicate+o.Duplicate
	for i := range o.Loss {
		q.Loss[i] += o.Loss[i]
	}
	for i := range o.Jitter {
		q.Jitter[i] += o.Jitter[i]
	}
	for i := range o.MOS {
		q.MOS[i] += o.MOS[i]
	}
}

func sortIn(counts []uint64, bounds []float64, v float64) {
	for i, bound := range bounds {
		if v <= bound {
			counts[i]++
		}
	}
}
