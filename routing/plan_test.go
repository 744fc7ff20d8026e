package routing

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent/interaction"
)

// randomSnapshot is a centre with few kinds of everything, so that its parts meet often.
func randomSnapshot(r *rand.Rand) snapshot {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	pick := func(options ...string) string { return options[r.IntN(len(options))] }
	s := snapshot{now: now, rest: 10 * time.Second, operators: map[string][]*operator{}}
	lanes := make([]*lane, 1+r.IntN(3))
	for n := range lanes {
		lanes[n] = &lane{
			id: fmt.Sprintf("que_%d", n), channel: []interaction.Channel{interaction.ChannelChat, interaction.ChannelVoice}[r.IntN(2)],
			line: 1 + r.IntN(2), priority: r.IntN(3), relax: time.Duration(r.IntN(3)) * 20 * time.Second,
		}
		if r.IntN(2) == 0 {
			lanes[n].skills = []string{"skl_1"}
		}
	}
	for n := range r.IntN(8) {
		o := &operator{
			id: fmt.Sprintf("acc_%d", n), capacity: r.IntN(4), idleSince: now.Add(-time.Duration(r.IntN(5)) * time.Minute),
			load:   Load{Chats: r.IntN(3), Calls: r.IntN(2)},
			grants: []viewer.Grant{{AgencyID: pick("", "", "agn_1", "agn_2"), RegionID: pick("", "", "reg_1", "reg_2"), Line: r.IntN(3)}},
			skills: map[string]int{"skl_1": r.IntN(11)},
		}
		for _, l := range lanes {
			if r.IntN(2) == 0 {
				s.operators[l.id] = append(s.operators[l.id], o)
			}
		}
	}
	for n := range r.IntN(30) {
		e := &enquiry{
			id: fmt.Sprintf("int_%d", n), lane: lanes[r.IntN(len(lanes))], priority: r.IntN(2),
			segment: segment{agencyID: pick("", "agn_1", "agn_2"), regionID: pick("", "reg_1", "reg_2")},
			placeAt: now.Add(-time.Duration(r.IntN(100)) * time.Second), sticky: pick("", "acc_0", "acc_1"),
		}
		e.queuedAt = e.placeAt
		if r.IntN(3) == 0 {
			e.refused = map[string]time.Time{"acc_1": now.Add(-time.Duration(r.IntN(20)) * time.Second)}
		}
		s.enquiries = append(s.enquiries, e)
	}
	return s
}

// TestPlan checks on many small centres what must hold of every plan, against the rules said once more and more simply.
func TestPlan(t *testing.T) {
	t.Parallel()
	matched := 0
	for seed := range uint64(5000) {
		s := randomSnapshot(rand.New(rand.NewPCG(seed, 1)))
		room := map[*operator]Load{}
		for _, operators := range s.operators {
			for _, o := range operators {
				room[o] = o.load
			}
		}
		decisions := plan(s)
		matched += len(decisions)
		requireOrdered(t, seed, decisions)
		given := map[string]bool{}
		for _, d := range decisions {
			e, o := d.enquiry, d.operator
			require.False(t, given[e.id], "seed %d: %s is given twice", seed, e.id)
			given[e.id] = true
			require.Contains(t, s.operators[e.lane.id], o, "seed %d: not a member", seed)
			require.Positive(t, room[o].Room(e.lane.channel, o.capacity), "seed %d: %s has no room", seed, o.id)
			room[o] = room[o].with(e.lane.channel)
			require.True(t, mayEverTake(o, e, s.now), "seed %d: %s may not take %s", seed, o.id, e.id)
			require.Equal(t, o.id, d.candidates[0].AccountID, "seed %d: the chosen one leads the trace", seed)
			require.Empty(t, d.candidates[0].Rejection)
			for _, c := range d.candidates[1:] {
				require.NotEmpty(t, c.Rejection, "seed %d", seed)
			}
		}
		for _, e := range s.enquiries {
			for _, o := range s.operators[e.lane.id] {
				left := !given[e.id] && room[o].Room(e.lane.channel, o.capacity) > 0 && mayEverTake(o, e, s.now) && !resting(e, o, s)
				require.False(t, left, "seed %d: %s waits although %s is free", seed, e.id, o.id)
			}
		}
	}
	require.Greater(t, matched, 5000, "the centres must not be too poor to test anything")
}

func requireOrdered(t *testing.T, seed uint64, decisions []decision) {
	t.Helper()
	require.True(t, slices.IsSortedFunc(decisions, func(a, b decision) int {
		x, y := a.enquiry.lane.priority+a.enquiry.priority, b.enquiry.lane.priority+b.enquiry.priority
		if x != y {
			return y - x
		}
		return a.enquiry.placeAt.Compare(b.enquiry.placeAt)
	}), "seed %d: served out of order", seed)
}

// mayEverTake says the rules of rights and skills in other words than operator.rejection.
func mayEverTake(o *operator, e *enquiry, now time.Time) bool {
	g := o.grants[0]
	if g.Line != 0 && g.Line != e.lane.line || g.AgencyID != "" && e.segment.agencyID != "" && g.AgencyID != e.segment.agencyID {
		return false
	}
	if e.lane.line == 2 && g.RegionID != "" && e.segment.regionID != "" && g.RegionID != e.segment.regionID {
		return false
	}
	if len(e.lane.skills) == 0 {
		return true
	}
	least := 5
	if e.lane.relax > 0 {
		waited := now.Sub(e.queuedAt)
		if waited >= e.lane.relax {
			least = 1
		}
		if waited >= 2*e.lane.relax {
			least = 0
		}
	}
	return o.skills["skl_1"] >= least
}

func resting(e *enquiry, o *operator, s snapshot) bool {
	at, refused := e.refused[o.id]
	return refused && s.now.Sub(at) < s.rest
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	l := &lane{id: "que_1", channel: interaction.ChannelChat, line: 1, skills: []string{"skl_1"}, relax: 30 * time.Second}
	general := []viewer.Grant{{}}
	local := []viewer.Grant{{RegionID: "reg_1"}}
	for _, c := range []struct {
		name     string
		a, b     operator
		change   func(*enquiry)
		wantRule string
		want     string // "a" or "b"
	}{
		{
			name: "longest idle", a: operator{idleSince: now.Add(-2 * time.Minute)}, b: operator{idleSince: now.Add(-3 * time.Minute)},
			want: "b", wantRule: RuleLongestIdle,
		},
		{
			name: "least on the desk before longest idle", a: operator{}, b: operator{load: Load{Chats: 1}, idleSince: now.Add(-time.Hour)},
			want: "a", wantRule: RuleLongestIdle,
		},
		{
			name: "home region before least on the desk", a: operator{}, b: operator{load: Load{Chats: 1}, grants: local},
			want: "b", wantRule: RuleHome,
		},
		{
			name: "sticky before home", a: operator{load: Load{Chats: 2}}, b: operator{grants: local},
			change: func(e *enquiry) { e.sticky = "a" }, want: "a", wantRule: RuleSticky,
		},
		{
			name: "who refused comes last", a: operator{load: Load{Chats: 2}}, b: operator{},
			change: func(e *enquiry) {
				e.sticky, e.refused = "b", map[string]time.Time{"b": now.Add(-time.Minute)}
			}, want: "a", wantRule: RuleLongestIdle,
		},
		{
			name: "again when nobody else", a: operator{load: Load{Chats: 3}}, b: operator{},
			change: func(e *enquiry) { e.refused = map[string]time.Time{"b": now.Add(-time.Minute)} }, want: "b", wantRule: RuleOfferedAgain,
		},
		{
			name: "a beginner after one step", a: operator{skills: map[string]int{"skl_1": 1}}, b: operator{skills: map[string]int{}},
			change: func(e *enquiry) { e.queuedAt = now.Add(-30 * time.Second) }, want: "a", wantRule: "relaxed_proficiency",
		},
		{
			name: "anybody after two", a: operator{load: Load{Chats: 3}}, b: operator{skills: map[string]int{}},
			change: func(e *enquiry) { e.queuedAt = now.Add(-60 * time.Second) }, want: "b", wantRule: "relaxed_skills",
		},
		{
			name: "home counts no more after two", a: operator{grants: local, load: Load{Chats: 1}}, b: operator{},
			change: func(e *enquiry) { e.queuedAt = now.Add(-60 * time.Second) }, want: "b", wantRule: RuleLongestIdle,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := &enquiry{id: "int_1", lane: l, segment: segment{regionID: "reg_1"}, placeAt: now, queuedAt: now}
			if c.change != nil {
				c.change(e)
			}
			c.a.id, c.b.id = "a", "b"
			for _, o := range []*operator{&c.a, &c.b} {
				o.capacity = 3
				if o.grants == nil {
					o.grants = general
				}
				if o.skills == nil {
					o.skills = map[string]int{"skl_1": 9}
				}
			}
			decisions := plan(snapshot{
				now: now, rest: 10 * time.Second, enquiries: []*enquiry{e},
				operators: map[string][]*operator{"que_1": {&c.a, &c.b}},
			})
			require.Len(t, decisions, 1)
			require.Equal(t, c.want, decisions[0].operator.id)
			require.Equal(t, c.wantRule, decisions[0].rule)
		})
	}
}

func TestStepFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wait, relax time.Duration
		want        int
	}{
		{0, 30 * time.Second, 0},
		{29 * time.Second, 30 * time.Second, 0},
		{30 * time.Second, 30 * time.Second, 1},
		{60 * time.Second, 30 * time.Second, 2},
		{time.Hour, 30 * time.Second, 2},
		{time.Hour, 0, 0},
		{-time.Second, time.Second, 0},
	} {
		require.Equal(t, c.want, stepFor(c.wait, c.relax), "%v of %v", c.wait, c.relax)
	}
}

func TestRoom(t *testing.T) {
	t.Parallel()
	require.Equal(t, 1, Load{}.Room(interaction.ChannelVoice, 0), "a call needs no place among the chats")
	require.Equal(t, 0, Load{Calls: 1}.Room(interaction.ChannelVoice, 3))
	require.Equal(t, 2, Load{Chats: 1, Calls: 1}.Room(interaction.ChannelChat, 3))
	require.Equal(t, 0, Load{Chats: 5}.Room(interaction.ChannelChat, 3), "more than allowed, after the capacity was lowered")
}

func TestExpectedWait(t *testing.T) {
	t.Parallel()
	wait, known := expectedWait(6, 3, 5*time.Minute)
	require.True(t, known)
	require.Equal(t, 10*time.Minute, wait)
	_, known = expectedWait(6, 0, 5*time.Minute)
	require.False(t, known)
	require.Equal(t, 5*time.Minute, averageHandle(0, 0))
	require.Equal(t, 150*time.Second, averageHandle(0, 10), "as many short ones as the prior weighs halve it")
}

func BenchmarkPlan(b *testing.B) {
	now := time.Now()
	l := &lane{id: "que_1", channel: interaction.ChannelChat, line: 1}
	for b.Loop() {
		s := snapshot{now: now, operators: map[string][]*operator{}}
		for n := range 300 {
			s.operators[l.id] = append(s.operators[l.id], &operator{id: fmt.Sprint(n), capacity: 3, grants: []viewer.Grant{{}}})
		}
		for n := range 2000 {
			s.enquiries = append(s.enquiries, &enquiry{id: fmt.Sprint(n), lane: l, placeAt: now, queuedAt: now})
		}
		require.Len(b, plan(s), 900)
	}
}
