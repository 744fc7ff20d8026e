package media

// The arrangements that a contact centre needs, as pure functions over members.

// Everyone arranges legs so that all hear each other.
func Everyone(legs ...*Leg) []Member {
	members := make([]Member, len(legs))
	for i, l := range legs {
		members[i] = Member{Leg: l, Hears: legs}
	}
	return members
}

// WithListener adds a supervisor who hears everybody and is heard by nobody.
func WithListener(members []Member, supervisor *Leg) []Member {
	return append(members[:len(members):len(members)], Member{Leg: supervisor, Hears: legsOf(members)})
}

// WithWhisper adds a supervisor who hears everybody and is heard by operator alone.
func WithWhisper(members []Member, supervisor, operator *Leg) []Member {
	out := WithListener(members, supervisor)
	for i := range out {
		if out[i].Leg == operator {
			out[i].Hears = append(out[i].Hears[:len(out[i].Hears):len(out[i].Hears)], supervisor)
		}
	}
	return out
}

// WithBarge adds a supervisor who hears everybody and is heard by everybody.
func WithBarge(members []Member, supervisor *Leg) []Member {
	out := WithListener(members, supervisor)
	for i := range members {
		out[i].Hears = append(out[i].Hears[:len(out[i].Hears):len(out[i].Hears)], supervisor)
	}
	return out
}

func legsOf(members []Member) []*Leg {
	legs := make([]*Leg, len(members))
	for i, m := range members {
		legs[i] = m.Leg
	}
	return legs
}
