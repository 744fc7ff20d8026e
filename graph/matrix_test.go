package graph_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/graph"
	"ekc/telephony"
	"ekc/telephony/ivr"
)

// trial does through the API what an action allows, with the things of a stage: y when it came through, else the letter of how it was refused.
type trial func(s *stage, token string) string

// act is how an action is tried.
type act struct {
	try trial
	// global: it is about no object of a segment, so whoever has the role somewhere may do it.
	global bool
	// wide: what it is about belongs to a whole agency, so that only a role for all regions contains it.
	wide bool
	// placed: its objects always belong to one agency and region; there are none that all segments share.
	placed bool
	// seesAll are roles that the descriptions of the contract let do it everywhere.
	seesAll []viewer.Role
}

// places are where the roles of a test are held: where the things are, in another agency, in another region, and in all regions of the
// agency of the things.
type place int

const (
	here place = iota
	otherAgency
	otherRegion
	wholeAgency
	places
)

func (p place) String() string {
	return [...]string{"here", "another agency", "another region", "the whole agency"}[p]
}

// player is somebody with one role in one place.
type player struct{ id, token string }

// theatre is a centre with somebody of every role in every place.
type theatre struct {
	*cast
	*board
	petersburg string
	root       string
	players    map[viewer.Role][places]player
	// bare is a key of the segment that was given nothing but actions that are not tried: one for each action of keys.
	bare     map[access.Action]string
	stranger string
	form     string
	flow     []byte
	// baseVersion is a version of the base that is published.
	baseVersion string
}

func newTheatre(t *testing.T) *theatre {
	t.Helper()
	w := newWorld(t, func(o *graph.Options) {
		o.RateLimits.Citizen.Every, o.RateLimits.Citizen.Burst = time.Microsecond, 1000
		o.RateLimits.Program, o.RateLimits.Upload = o.RateLimits.Citizen, o.RateLimits.Citizen
	})
	th := &theatre{
		cast: &cast{world: w}, board: &board{views: map[string]telephony.CallView{}}, players: map[viewer.Role][places]player{},
		bare: map[access.Action]string{},
	}
	w.voice.Bind(th.board)
	for _, r := range w.client.Region.Query().AllX(w.system) {
		if r.Code == "78" {
			th.petersburg = r.ID
		}
	}
	segments := [places]access.NewRole{
		here:        {AgencyID: w.pfr.ID, RegionID: w.moscow.ID},
		otherAgency: {AgencyID: w.mse.ID, RegionID: w.moscow.ID},
		otherRegion: {AgencyID: w.pfr.ID, RegionID: th.petersburg},
		wholeAgency: {AgencyID: w.pfr.ID},
	}
	for i, role := range access.Roles {
		var all [places]player
		for p, in := range segments {
			if in.Role = role; role == viewer.Administrator {
				in = access.NewRole{Role: role}
			}
			a, token := w.account(fmt.Sprintf("p%d.%d", i, p), in)
			all[p] = player{a.ID, token}
		}
		th.players[role] = all
	}
	th.root = th.players[viewer.Administrator][here].token
	th.keys(segments)
	_, th.stranger = w.chat("")
	made := w.done(th.root, "evaluationFormCreate", "EvaluationFormCreateInput", map[string]any{"name": "f", "content": formContent()}, "form { id }")
	th.form = made.path("evaluationFormCreate", "form", "id").(string)
	th.baseVersion = w.ask(th.root, `{ record(id: "rec-1") { versionId } }`, nil).path("record", "versionId").(string)
	var err error
	_, th.flow, err = ivr.Default()
	require.NoError(t, err)
	w.client.RolloutWave.Create().SetNumber(1).SetStartsOn("2021-10-15").SetEndsOn("2021-11-22").ExecX(w.system)
	return th
}

// keys makes an API key in every place with all that keys may be given, and for each of these actions one that was given the others.
func (th *theatre) keys(segments [places]access.NewRole) {
	th.Helper()
	root := viewer.With(th.Context(), viewer.Viewer{
		Kind: viewer.Account, AccountID: th.players[viewer.Administrator][here].id, Grants: []viewer.Grant{{Role: viewer.Administrator}},
	})
	create := func(in access.NewRole, actions []access.Action) string {
		_, secret, err := th.access.CreateKey(root, access.NewKey{
			Name: "k", AgencyID: in.AgencyID, RegionID: in.RegionID, Actions: actions, ExpiresAt: time.Now().Add(time.Hour),
		})
		require.NoError(th, err)
		return secret
	}
	var all [places]player
	for p, in := range segments {
		all[p].token = create(in, access.KeyActions())
	}
	th.players[viewer.Program] = all
	for _, action := range access.KeyActions() {
		th.bare[action] = create(segments[here], slices.DeleteFunc(access.KeyActions(), func(a access.Action) bool { return a == action }))
	}
}

// printed is the matrix as the command prints it: the cells of each action by the heading of their column.
func printed(t *testing.T) (actions []string, cells map[string]map[string]string) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, access.Matrix(&out))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	split := func(line string) []string {
		parts := strings.Split(strings.Trim(line, "|"), "|")
		for i := range parts {
			parts[i] = strings.Trim(parts[i], " `")
		}
		return parts
	}
	headings := split(lines[0])
	cells = map[string]map[string]string{}
	for _, line := range lines[2:] {
		row := map[string]string{}
		for i, cell := range split(line) {
			row[headings[i]] = cell
		}
		actions = append(actions, row["action"])
		cells[row["action"]] = row
	}
	return actions, cells
}

func heading(role viewer.Role) string {
	return strings.ToLower(strings.ReplaceAll(string(role), "_", " "))
}

// cell tries one cell of the matrix and tells what differs from what is printed.
type cell struct {
	*theatre
	action string
	act    act
	row    map[string]string
	wrong  []string
}

func (c *cell) expect(what string, want bool, s *stage, token string) {
	got := c.act.try(s, token)
	if (got == "y") != want {
		c.wrong = append(c.wrong, fmt.Sprintf("%s: %s: got %s, want %t", c.action, what, got, want))
	} else if !want && !strings.Contains("NFU-m", got) {
		c.wrong = append(c.wrong, fmt.Sprintf("%s: %s: refused with %s", c.action, what, got))
	}
}

// of tries the column of a role.
func (c *cell) of(role viewer.Role, owned, inside bool) {
	reach, people := c.row[heading(role)], c.players[role]
	reaches := reach == "segment" || reach == "inside"
	anyone := c.row["nobody"] == "yes"
	home, far := here, []place{otherAgency, otherRegion}
	if c.act.wide {
		home = wholeAgency
	}
	c.expect(fmt.Sprintf("%s, %s", role, home), reaches || anyone, c.stage(people[home]), people[home].token)
	for _, p := range far {
		everywhere := c.act.global || slices.Contains(c.act.seesAll, role) || role == viewer.Administrator
		c.expect(fmt.Sprintf("%s, %s", role, p), (reaches && everywhere) || anyone, c.stage(people[p]), people[p].token)
	}
	if inside && !c.act.placed {
		c.expect(fmt.Sprintf("%s, shared by all", role), reach == "segment", c.shared(people[home]), people[home].token)
	}
	if owned && role != viewer.Program {
		c.expect(fmt.Sprintf("%s, their own", role), reach != "", c.owned(people[otherAgency]), people[otherAgency].token)
	}
}

// Every action of the matrix is tried through the HTTP API by every role where it is allowed, in another agency, in another region, with
// what all segments share and with what is the player's own; by API keys with and without it, by citizens and by nobody.
func TestEveryCellOfTheMatrix(t *testing.T) {
	t.Parallel()
	actions, cells := printed(t)
	acts := allActs()
	named := make([]string, 0, len(acts))
	for action := range acts {
		named = append(named, string(action))
	}
	require.ElementsMatch(t, actions, named, "every action of the matrix is tried, and no other")
	th := newTheatre(t)
	columns := append(slices.Clone(access.Roles), viewer.Program)
	var wrong []string
	for _, action := range actions {
		c := &cell{theatre: th, action: action, act: acts[access.Action(action)], row: cells[action]}
		require.NotEmpty(t, c.row, action)
		var owned, inside bool
		for _, role := range columns {
			owned, inside = owned || c.row[heading(role)] == "own", inside || c.row[heading(role)] == "inside"
		}
		for _, role := range columns {
			c.of(role, owned, inside)
		}
		if token, keyed := th.bare[access.Action(action)]; keyed {
			c.expect("a key that was given other actions", false, c.stage(player{}), token)
		}
		anyone := c.row["nobody"] == "yes"
		c.expect("nobody", anyone, c.stage(player{}), "")
		c.expect("another citizen", anyone, c.stage(player{}), th.stranger)
		s := c.stage(player{})
		c.expect("the citizen", anyone || c.row["citizen"] == "own", s, s.citizenToken())
		wrong = append(wrong, c.wrong...)
	}
	require.Empty(t, wrong, strings.Join(wrong, "\n"))
}
