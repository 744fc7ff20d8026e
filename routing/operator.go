package routing

import (
	"time"

	"ekc/access/viewer"
	"ekc/ent/interaction"
	"ekc/routing/trace"
)

// Why an operator was passed over, in a routing trace.
const (
	// RejectedFull: no room for one more of the channel.
	RejectedFull = "full"
	// RejectedSegment: no OPERATOR role in force for the line, the agency and, on line 2, the region.
	RejectedSegment = "not_in_segment"
	// RejectedSkill: a required skill is missing or too weak at the present step.
	RejectedSkill = "skill"
	// RejectedRefused: declined or missed this interaction a moment ago.
	RejectedRefused = "refused_just_now"
	// RejectedOther: could have taken it; another one was preferred.
	RejectedOther = "other_preferred"
	// RejectedNotActive: the account is closed.
	RejectedNotActive = "account_closed"
)

// operator is a member of a queue as the plan sees them.
type operator struct {
	id        string
	capacity  int
	load      Load
	idleSince time.Time
	grants    []viewer.Grant
	skills    map[string]int
	// admissions are the courses that lanes ask for and by which the operator is admitted now.
	admissions map[string]bool
}

// take books one more interaction of the channel and puts the operator behind those who are idle longer.
func (o *operator) take(channel interaction.Channel, now time.Time) {
	o.load = o.load.with(channel)
	o.idleSince = now
}

// rejection says why the operator may not take the enquiry at the step, empty when they may.
func (o *operator) rejection(e *enquiry, step Step) string {
	switch {
	case o.load.Room(e.lane.channel, o.capacity) == 0:
		return RejectedFull
	case !o.covers(e.lane.line, e.segment):
		return RejectedSegment
	case !o.admitted(e.lane.courses):
		return RejectedNotAdmitted
	case !o.skilled(e.lane.skills, step.MinProficiency):
		return RejectedSkill
	default:
		return ""
	}
}

// covers reports whether a role of the operator reaches the segment. Line 1 gives information that is not personal and
// serves every region; on line 2 the region counts.
func (o *operator) covers(line int, s segment) bool {
	scope := viewer.Scope{AgencyID: s.agencyID, Line: line}
	if line > 1 {
		scope.RegionID = s.regionID
	}
	for _, g := range o.grants {
		if g.Covers(scope) {
			return true
		}
	}
	return false
}

// atHome reports whether a role of the operator for the line names the region of the segment.
func (o *operator) atHome(line int, s segment) bool {
	if s.regionID == "" {
		return false
	}
	for _, g := range o.grants {
		if g.RegionID == s.regionID && g.Covers(viewer.Scope{AgencyID: s.agencyID, RegionID: s.regionID, Line: line}) {
			return true
		}
	}
	return false
}

func (o *operator) skilled(required []string, least int) bool {
	if least == 0 {
		return true
	}
	for _, skill := range required {
		if o.skills[skill] < least {
			return false
		}
	}
	return true
}

// trace is the operator's line in a routing trace.
func (o *operator) trace(channel interaction.Channel, rejection string, now time.Time) trace.Candidate {
	c := trace.Candidate{
		AccountID: o.id, Rejection: rejection, IdleSeconds: max(0, int(now.Sub(o.idleSince).Seconds())),
		Load: o.load.Chats, Capacity: places(channel, o.capacity),
	}
	if channel == interaction.ChannelVoice {
		c.Load = o.load.Calls
	}
	return c
}
