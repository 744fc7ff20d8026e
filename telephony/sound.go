package telephony

import "slices"

// sound is who hears what, apart from what is said to somebody for a moment. It follows from the state alone, so that it cannot
// be forgotten on any path; the actor makes the media engine follow.
type sound struct {
	// music is for legs that wait, ringback for those whose other end is being called.
	music, ringback []legID
	// mix is the talk.
	mix []member
}

// member is a leg in a talk, and whom it hears.
type member struct {
	leg   legID
	hears []legID
}

// sounds gives the sound of a state.
func sounds(s *state) sound {
	var out sound
	citizen := s.with(roleCitizen, true)
	operator := s.with(roleOperator, true)
	second := s.audible(roleConsulted)
	var talk [][]legID
	switch s.phase {
	case phaseMenu:
		if s.menu.music && citizen != nil {
			out.music = append(out.music, citizen.id)
		}
	case phaseQueue, phaseOffer, phaseReach:
		if citizen != nil {
			out.music = append(out.music, citizen.id)
		} else if operator != nil {
			out.ringback = append(out.ringback, operator.id)
		}
	case phaseDial:
		if early := s.audible(roleCitizen); early != nil && operator != nil {
			talk = [][]legID{{early.id, operator.id}}
		} else if operator != nil {
			out.ringback = append(out.ringback, operator.id)
		}
	case phasePassed:
		if citizen != nil && second != nil && second.up {
			talk = [][]legID{{citizen.id, second.id}}
		} else if citizen != nil {
			out.music = append(out.music, citizen.id)
		}
	case phaseTalk:
		talk = s.talk(&out, citizen, operator, second)
	default:
	}
	out.mix = s.mix(talk)
	return out
}

// talk gives those who hear each other, and puts the rest on music or a ringing tone.
func (s *state) talk(out *sound, citizen, operator, second *leg) [][]legID {
	if aside := s.with(roleAside, true); aside != nil && s.consult == consultTalking {
		return s.twoCalls(out, citizen, operator, aside, second)
	}
	var talk []legID
	left := operator != nil && operator.away && (second == nil || s.consult == consultNone)
	apart := left || s.held || s.consult == consultCalling || s.consult == consultTalking
	switch {
	case citizen == nil:
	case apart:
		out.music = append(out.music, citizen.id)
	default:
		talk = append(talk, citizen.id)
	}
	if operator != nil {
		if s.consult == consultCalling && second == nil {
			out.ringback = append(out.ringback, operator.id)
		} else {
			talk = append(talk, operator.id)
		}
	}
	if second != nil && s.consult != consultNone {
		talk = append(talk, second.id)
	}
	return [][]legID{talk}
}

// twoCalls is the talk of a phone that consults in a second call: the phone decides whom it listens to, by holding.
func (s *state) twoCalls(out *sound, citizen, operator, aside, second *leg) [][]legID {
	var groups [][]legID
	switch {
	case citizen == nil:
	case operator == nil || s.held:
		out.music = append(out.music, citizen.id)
	default:
		groups = append(groups, []legID{citizen.id, operator.id})
	}
	switch {
	case second == nil:
	case aside.held:
		out.music = append(out.music, second.id)
	default:
		groups = append(groups, []legID{aside.id, second.id})
	}
	return groups
}

// audible is a leg of a role that has sound: up, or before that.
func (s *state) audible(r role) *leg {
	if l := s.with(r, true); l != nil {
		return l
	}
	if l := s.with(r, false); l != nil && l.early {
		return l
	}
	return nil
}

// mix adds the supervisors to those who talk, in one group or, around a phone with two calls, in two. They hear all; who barges in
// is heard in the first.
func (s *state) mix(groups [][]legID) []member {
	all := slices.Concat(groups...)
	var listening, whispering []legID
	for _, l := range s.legs {
		if l.role != roleSupervisor || !l.up || l.leaving || len(all) == 0 {
			continue
		}
		switch l.mode {
		case Barge:
			groups[0] = append(groups[0], l.id)
			all = append(all, l.id)
		case Whisper:
			whispering = append(whispering, l.id)
		default:
			listening = append(listening, l.id)
		}
	}
	if len(all)+len(listening)+len(whispering) < 2 {
		return nil
	}
	var members []member
	for _, group := range groups {
		for _, id := range group {
			hears := slices.DeleteFunc(slices.Clone(group), func(o legID) bool { return o == id })
			if l := s.find(id); l.role == roleOperator || l.role == roleAside {
				hears = append(hears, whispering...)
			}
			members = append(members, member{id, hears})
		}
	}
	for _, id := range append(listening, whispering...) {
		members = append(members, member{id, slices.Clone(all)})
	}
	return members
}

// pair reports whether the talk is one between two who hear each other.
func (s sound) pair() bool {
	return len(s.mix) == 2 && len(s.mix[0].hears) == 1 && len(s.mix[1].hears) == 1
}
