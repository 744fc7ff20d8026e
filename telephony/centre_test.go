package telephony_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/telephony"
)

// memoryCentre is the far side of the interface: it keeps rows in memory and tells the changes, as the core does from Postgres.
type memoryCentre struct {
	mu       sync.Mutex
	follow   func(telephony.Change)
	away     bool
	position int64
	rows     map[string]*row
	order    []string
	flow     string
	legs     map[string]telephony.LegReport
	tapes    []telephony.RecordingReport
	looks    []telephony.CallReport
	invited  []telephony.Invitation
	place    telephony.Place
	closed   bool
	busy     bool // nobody can be handed a call
	dialled  telephony.CallRequest
	log      []string
	slow     chan struct{} // Flow waits for it
}

// row is an enquiry.
type row struct {
	id, state, operator, offer, offeredTo, transfer string
	call                                            telephony.NewCall
	collected                                       []telephony.Collected
	wish                                            telephony.Wish
	callback                                        string
	rating                                          int
	ended                                           *telephony.End
}

func newMemoryCentre() *memoryCentre {
	return &memoryCentre{
		rows: map[string]*row{}, legs: map[string]telephony.LegReport{}, flow: testFlow, place: telephony.Place{Position: 1},
	}
}

const testFlow = `{
  "name": "test", "start": "notice", "fallback": "bye",
  "nodes": {
    "notice": {"type": "say", "prompt": "Разговор записывается.", "starts_recording": true, "goto": "menu"},
    "menu": {"type": "menu", "prompt": "Для ПФР нажмите один.", "barge_in": true, "timeout_s": 30,
      "choices": [{"digit": "1", "goto": "pfr"}, {"digit": "2", "goto": "outside"}], "fallback": "bye"},
    "pfr": {"type": "set", "agency": "PFR", "topic": "pension", "line": 1, "goto": "queue"},
    "queue": {"type": "queue", "announce": "{position}", "announce_every_s": 10, "max_wait_s": 600,
      "offer": "Нажмите один, чтобы мы перезвонили.", "offer_after_s": 600, "offer_digit": "1", "callback": "callback",
      "overflow": "bye", "closed": "bye", "after": "rating"},
    "callback": {"type": "callback", "confirm": "Перезвонить на {phone}?", "number": "Наберите номер.",
      "booked": "Мы перезвоним.", "goto": "bye", "declined": "queue"},
    "rating": {"type": "rating", "prompt": "Оцените.", "thanks": "Спасибо.", "goto": "bye"},
    "outside": {"type": "transfer", "to": "+74951234567", "failed": "bye"},
    "bye": {"type": "hangup", "prompt": "До свидания."}
  }
}`

// errAway is what is heard of a centre whose database is gone.
var errAway = fail.New(fail.Unavailable, "away")

// with runs f under the lock, unless the centre is away.
func (m *memoryCentre) with(what string, f func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return errAway
	}
	m.log = append(m.log, what)
	return f()
}

func (m *memoryCentre) row(id string) (*row, error) {
	if r := m.rows[id]; r != nil {
		return r, nil
	}
	return nil, fail.New(fail.NotFound, "no row %q", id)
}

// tell makes a row's change known.
func (m *memoryCentre) tell(r *row) {
	m.position++
	c := telephony.Change{
		InteractionID: r.id, Position: m.position, State: r.state, OperatorID: r.operator, OfferID: r.offer, OfferedTo: r.offeredTo,
	}
	if m.follow != nil {
		m.follow(c)
	}
}

func (m *memoryCentre) update(what, id string, f func(*row) error) error {
	return m.with(what, func() error {
		r, err := m.row(id)
		if err != nil {
			return err
		}
		before := *r
		if err := f(r); err != nil {
			return err
		}
		if before.state != r.state || before.offer != r.offer || before.operator != r.operator {
			m.tell(r)
		}
		return nil
	})
}

func (m *memoryCentre) Begin(_ context.Context, c telephony.NewCall) (string, error) {
	id := "I" + c.ID
	return id, m.with("begin", func() error {
		if m.rows[id] == nil {
			m.rows[id] = &row{id: id, state: "WITH_ASSISTANT", call: c}
			m.order = append(m.order, id)
		}
		return nil
	})
}

func (m *memoryCentre) Collect(_ context.Context, id string, c telephony.Collected) error {
	return m.update("collect", id, func(r *row) error {
		r.collected = append(r.collected, c)
		return nil
	})
}

func (m *memoryCentre) Ask(context.Context, string, string) (telephony.Answer, error) {
	return telephony.Answer{Kind: telephony.AnswerHandOver}, m.with("ask", func() error { return nil })
}

func (m *memoryCentre) Helped(_ context.Context, id, _ string, _ bool) error {
	return m.update("helped", id, func(*row) error { return nil })
}

func (m *memoryCentre) Enqueue(_ context.Context, id string, w telephony.Wish) (telephony.Queued, error) {
	q := telephony.Queued{QueueID: "Q", QueueCode: "pfr-1"}
	err := m.update("enqueue", id, func(r *row) error {
		if q.Open = !m.closed; q.Open {
			r.wish, r.state = w, "QUEUED"
		}
		return nil
	})
	return q, err
}

func (m *memoryCentre) Place(context.Context, string) (telephony.Place, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return telephony.Place{}, errAway
	}
	return m.place, nil
}

func (m *memoryCentre) Callback(_ context.Context, id, number string) error {
	return m.update("callback", id, func(r *row) error {
		if r.state != "QUEUED" {
			return fail.New(fail.Conflict, "%s", r.state)
		}
		r.callback, r.state = number, "CLOSED"
		return nil
	})
}

func (m *memoryCentre) Rate(_ context.Context, id string, rating int) error {
	return m.update("rate", id, func(r *row) error {
		r.rating = rating
		return nil
	})
}

func (m *memoryCentre) Ended(_ context.Context, id string, e telephony.End) error {
	return m.update("ended", id, func(r *row) error {
		r.ended = &e
		switch r.state {
		case "ACTIVE", "HELD":
			r.state = "WRAP_UP"
		case "QUEUED", "OFFERED":
			r.state, r.offer, r.offeredTo = "ABANDONED", "", ""
		case "WITH_ASSISTANT":
			r.state = "CLOSED"
		}
		return nil
	})
}

func (m *memoryCentre) PickedUp(_ context.Context, offer, account string) error {
	return m.with("picked up", func() error {
		for _, r := range m.rows {
			if r.operator == account && r.transfer == offer {
				return nil // told twice
			}
			if r.offer == offer && r.offeredTo == account {
				r.state, r.operator, r.transfer, r.offer, r.offeredTo = "ACTIVE", account, offer, "", ""
				m.tell(r)
				return nil
			}
		}
		return fail.New(fail.Conflict, "the offer is over")
	})
}

func (m *memoryCentre) Refused(_ context.Context, offer, account string) error {
	return m.with("refused", func() error {
		for _, r := range m.rows {
			if r.offer == offer && r.offeredTo == account {
				r.state, r.offer, r.offeredTo = "QUEUED", "", ""
				m.tell(r)
			}
		}
		return nil
	})
}

func (m *memoryCentre) OperatorLost(_ context.Context, id, account string) error {
	return m.update("operator lost", id, func(r *row) error {
		if r.operator == account {
			r.state, r.operator = "QUEUED", ""
		}
		return nil
	})
}

func (m *memoryCentre) OperatorHungUp(_ context.Context, id, account string) error {
	return m.update("operator hung up", id, func(r *row) error {
		if r.operator == account {
			r.state = "WRAP_UP"
		}
		return nil
	})
}

func (m *memoryCentre) Held(_ context.Context, id, _ string, held bool) error {
	return m.update(fmt.Sprint("held ", held), id, func(r *row) error {
		r.state = "ACTIVE"
		if held {
			r.state = "HELD"
		}
		return nil
	})
}

func (m *memoryCentre) TransferTo(_ context.Context, id, _, target string) error {
	return m.update("transfer to "+target, id, func(r *row) error {
		r.state, r.operator = "QUEUED", ""
		return nil
	})
}

func (m *memoryCentre) Dialled(_ context.Context, user, number string) (telephony.CallRequest, error) {
	err := m.with("dialled "+user+" "+number, func() error {
		if m.dialled.InteractionID == "" {
			return fail.New(fail.Forbidden, "no")
		}
		m.rows[m.dialled.InteractionID] = &row{id: m.dialled.InteractionID, state: "ACTIVE", operator: m.dialled.AccountID}
		m.order = append(m.order, m.dialled.InteractionID)
		return nil
	})
	r := m.dialled
	r.Number = citizenNumber // what the core makes of the number
	return r, err
}

func (m *memoryCentre) Consulted(_ context.Context, id, account, number string) (telephony.Target, error) {
	err := m.update("consulted "+account+" "+number, id, func(*row) error { return nil })
	switch {
	case err != nil:
		return telephony.Target{}, err
	case number == "2002":
		return telephony.Target{AccountID: "op2"}, nil
	case len(number) > 6:
		return telephony.Target{Number: number, From: serviceNumber}, nil
	}
	return telephony.Target{}, fail.New(fail.Invalid, "nobody is called so")
}

func (m *memoryCentre) HandedTo(_ context.Context, id, account, colleague string) error {
	return m.update("handed to "+colleague, id, func(r *row) error {
		if r.operator != account && r.operator != colleague || m.busy {
			return fail.New(fail.Conflict, "not so")
		}
		r.operator, r.state = colleague, "ACTIVE"
		return nil
	})
}

func (m *memoryCentre) Leg(_ context.Context, l telephony.LegReport) error {
	return m.with("leg", func() error {
		m.legs[l.ID] = l
		return nil
	})
}

func (m *memoryCentre) Looks(_ context.Context, r telephony.CallReport) error {
	return m.with("looks", func() error {
		m.looks = append(m.looks, r)
		return nil
	})
}

func (m *memoryCentre) Invited(_ context.Context, i telephony.Invitation) error {
	return m.with(i.State+" "+i.AccountID, func() error {
		m.invited = append(m.invited, i)
		return nil
	})
}

func (m *memoryCentre) Recorded(_ context.Context, r telephony.RecordingReport) error {
	return m.with("recorded", func() error {
		m.tapes = append(m.tapes, r)
		return nil
	})
}

func (m *memoryCentre) Flow(context.Context, string) ([]byte, string, error) {
	m.mu.Lock()
	slow := m.slow
	m.mu.Unlock()
	if slow != nil {
		<-slow
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return nil, "", errAway
	}
	if m.flow == "" {
		return nil, "", fail.New(fail.NotFound, "no flow")
	}
	return []byte(m.flow), "v1", nil
}

func (m *memoryCentre) Open(context.Context, string, telephony.Wish) (telephony.Hours, error) {
	return telephony.Hours{Open: true, Now: time.Now()}, nil
}

// ---- what a test does and sees

// answers changes what the centre answers; calls may be asking at the same time.
func (m *memoryCentre) answers(change func(m *memoryCentre)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

// only is a copy of the one row there is; nil when there is none.
func (m *memoryCentre) only() *row {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.order) == 0 {
		return nil
	}
	r := *m.rows[m.order[0]]
	return &r
}

// set changes the row as an operator's mutation or the routing does.
func (m *memoryCentre) set(f func(*row)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[m.order[0]]
	f(r)
	m.tell(r)
}

func (m *memoryCentre) offer(id, account string) {
	m.set(func(r *row) { r.state, r.offer, r.offeredTo, r.operator = "OFFERED", id, account, "" })
}

func (m *memoryCentre) gone(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
}

func (m *memoryCentre) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.order)
}

func (m *memoryCentre) state(i int) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[m.order[i]].state
}

// inOrder checks that the centre was told these things, in this order.
func (m *memoryCentre) inOrder(t *testing.T, want ...string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	at := 0
	for _, l := range m.log {
		if at < len(want) && l == want[at] {
			at++
		}
	}
	require.Equalf(t, len(want), at, "want %q in %q", want, m.log)
}

func (m *memoryCentre) recordings() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.tapes)
}

// in counts the rows in a state.
func (m *memoryCentre) in(state string) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		if r.state == state {
			n++
		}
	}
	return n
}

// offerFirst offers the first n rows to op0, op1 and so on.
func (m *memoryCentre) offerFirst(n int) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, id := range m.order[:n] {
		r := m.rows[id]
		r.state, r.offer, r.offeredTo = "OFFERED", fmt.Sprint("O", i), fmt.Sprint("op", i)
		m.tell(r)
	}
	return m.order[:n]
}
