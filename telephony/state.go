package telephony

import (
	"slices"
	"time"
)

// phase is where a call is. The drawing:
//
//	stateDiagram-v2
//	  [*] --> arriving: INVITE
//	  arriving --> menu: flow known, answered
//	  menu --> queue: the menu or Yana hands over
//	  menu --> parting: the menu said goodbye
//	  queue --> offer: OFFERED
//	  offer --> queue: withdrawn, expired, declined (QUEUED)
//	  offer --> talk: picked up
//	  queue --> reach: ACTIVE, no device yet
//	  offer --> reach: ACTIVE, no device yet
//	  reach --> talk: a device is there
//	  reach --> queue: none came
//	  talk --> talk: hold, resume, consult, conference, supervisor
//	  talk --> queue: transfer (QUEUED), operator's device lost
//	  talk --> offer: transfer to a person (OFFERED)
//	  talk --> passed: consulted outside number takes over
//	  talk --> parting: operator done
//	  queue --> parting: callback promised, closed
//	  menu --> offer: offered faster than told
//	  menu --> reach: accepted faster than told
//	  queue --> menu: callback promised, the menu says so
//	  offer --> menu: callback promised, the menu says so
//	  offer --> parting: closed by a supervisor
//	  reach --> offer: transfer to a person
//	  reach --> parting: closed, finished
//	  dial --> offer: transfer to a person
//	  talk --> reach: another operator has it now, operator's page gone
//	  queue --> passed: a phone's transfer outside, after it hung up
//	  [*] --> offer: callback offered to an operator
//	  [*] --> reach: callback or own call of an operator
//	  offer --> dial: picked up, citizen to be called
//	  reach --> dial: a device is there, citizen to be called
//	  dial --> talk: the citizen answered
//	  passed --> parting: outside party done
//	  parting --> over: CSAT given or not, goodbye said
//	  arriving --> over: cancelled, refused
//	  menu --> over: caller gone
//	  queue --> over: caller gone
//	  offer --> over: caller gone
//	  reach --> over: caller gone
//	  dial --> over: operator gone, no answer
//	  talk --> over: caller gone
//	  passed --> over: caller gone
//	  over --> [*]: all legs closed
type phase uint8

const (
	phaseArriving phase = iota
	phaseMenu
	phaseQueue
	phaseOffer
	phaseReach
	phaseDial
	phaseTalk
	phasePassed
	phaseParting
	phaseOver
	phases
)

var phaseNames = [phases]string{
	"arriving", "menu", "queue", "offer", "reach", "dial", "talk", "passed", "parting", "over",
}

func (p phase) String() string { return phaseNames[p] }

// legID names a leg within its call; 0 is none.
type legID uint32

// role is what a leg's party is in the call.
type role uint8

const (
	roleCitizen role = iota + 1
	roleOperator
	roleConsulted
	roleSupervisor
	// roleAside is the second call of an operator's phone, in which it consults.
	roleAside
)

func (r role) String() string {
	return [...]string{"", "citizen", "operator", "consulted", "supervisor", "operator"}[r]
}

// leg is what the machine knows of one leg. A leg that is not up is being called.
type leg struct {
	id      legID
	role    role
	account string
	mode    Mode // of a supervisor
	// up: answered. early: it is not, and its sound comes already. held: its party has put us on hold. leaving: we have hung up.
	// away: its browser has lost the network and is waited for.
	up, early, held, leaving, away bool
	muted                          bool
	// replaces is the leg of the same party whose place this one takes.
	replaces legID
}

// state is everything that next decides by. It is a value: clone before changing the slices.
type state struct {
	phase phase
	// outgoing tells a call to a citizen (request is set) from one that came in.
	outgoing bool
	call     NewCall
	request  CallRequest
	settings Settings
	legs     []leg
	lastLeg  legID

	position int64  // of the last change
	centre   string // the enquiry's state as last told
	queueID  string
	operator string // who has it, as last told or as taken up
	offer    string // the offer that is open, or was taken up
	offered  string // whom it is made to
	// referring is the leg of a phone that waits to hear what became of the transfer it asked for.
	referring legID
	// moving is the account whose phone has asked for a transfer that the centre has not answered yet: its phone may hang up.
	moving string
	picked legID // the leg that has answered and waits for the centre to agree

	menu    menu
	waiting waiting
	tag     uint32 // last one given to something played

	held    bool // the citizen is on hold
	consult consultStage
	target  Target
	// note is why the one who is consulted is still waited for, or why the last consultation ended without a talk. declined: they do not
	// want to. asked counts consultations, so that an answer about an earlier one is told from that about this one.
	// failed is how the phones of the one who is waited for have ended.
	note, failed consultNote
	declined     bool
	asked        int
	recording    recordStage
	joining      []expected
	visitors     []visitor
	parting      partingStage
	// quiet: the centre goes on with the enquiry without this call, and is not told of the call's end.
	quiet bool
	end   *End
}

// waiting is what a caller in the queue has been told.
type waiting struct {
	since     time.Time
	told      Place
	toldAt    time.Time
	offers    int // how often the callback was offered
	gathering bool
	number    string
	promising bool
}

type consultStage uint8

const (
	consultNone consultStage = iota
	consultCalling
	consultTalking
	consultConference
)

// consultNote is what is worth knowing of a consultation that is no talk.
type consultNote uint8

const (
	noteNone consultNote = iota
	// noteConsole: no phone took the call; the console is open, where they may still join.
	noteConsole
	noteDeclined
	noteNoAnswer
	noteUnreachable
)

type recordStage uint8

const (
	recordOff recordStage = iota
	recordOn
	recordPaused
)

type partingStage uint8

const (
	partingRate partingStage = iota + 1
	partingBye
)

// expected is somebody whose device or browser may join.
type expected struct {
	account string
	role    role
	mode    Mode
}

func (s state) clone() state {
	s.legs = slices.Clone(s.legs)
	s.joining = slices.Clone(s.joining)
	s.visitors = slices.Clone(s.visitors)
	return s
}

// find returns the leg, nil when it is gone.
func (s *state) find(id legID) *leg {
	for i := range s.legs {
		if s.legs[i].id == id {
			return &s.legs[i]
		}
	}
	return nil
}

// with returns the first leg of a role that is not leaving and, with up, has answered.
func (s *state) with(r role, up bool) *leg {
	for i := range s.legs {
		if l := &s.legs[i]; l.role == r && !l.leaving && (l.up || !up) {
			return l
		}
	}
	return nil
}

// of returns an account's leg that has answered.
func (s *state) of(account string) *leg {
	for i := range s.legs {
		if l := &s.legs[i]; l.account == account && account != "" && l.up && !l.leaving {
			return l
		}
	}
	return nil
}
