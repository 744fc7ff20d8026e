package test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent/call"
	"ekc/internal/config"
)

// phoneCentre is a centre with a phone, shared by flows that each have a queue, a number and people of their own.
type phoneCentre struct {
	*node
	store
	admin, supervisor *client
	// outside is the carrier for calls that the centre makes.
	outside *sipp
	numbers openedNumbers
	desks   atomic.Int32
}

// carrierAddress is where the demo trunk's requests come from.
const carrierAddress = "127.0.0.2"

func startPhoneCentre(t *testing.T, change ...func(*config.Config)) *phoneCentre {
	t.Helper()
	s := newStore(t)
	s.moveToNoon(t)
	c := &phoneCentre{node: s.start(t, append(change, withTLS(t))...), store: s}
	c.admin, c.supervisor, c.numbers = c.as("admin"), c.as("supervisor"), s.openNumbers(t)
	c.outside = runSIPp(t, sippOptions{scenario: "outside.xml", tone: hzOutside, more: []string{"-trace_logs"}})
	c.admin.do("trunkUpdate", "TrunkUpdateInput", map[string]any{
		"trunkId": c.admin.trunk(), "settings": map[string]any{"proxy": c.outside.address.String()},
	})
	return c
}

// trunk is the id of the demo trunk.
func (c *client) trunk() string {
	c.t.Helper()
	all := ask[struct{ Trunks []struct{ ID string } }](c, "{ trunks { id } }", nil).Trunks
	require.Len(c.t, all, 1)
	return all[0].ID
}

// moveToNoon lets every citizen live where it is about noon now: callbacks are made by day.
func (s store) moveToNoon(t *testing.T) {
	t.Helper()
	east := (12-time.Now().UTC().Hour()+36)%24 - 12
	s.sql(t, "UPDATE regions SET time_zone = $1", fmt.Sprintf("Etc/GMT%+d", -east))
}

// sql changes the database behind the centre's back, where a test cannot wait for time to pass.
func (s store) sql(t *testing.T, statement string, arguments ...any) {
	t.Helper()
	db, err := sql.Open("postgres", s.core)
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(t.Context(), statement, arguments...)
	require.NoError(t, err)
}

// find asks the database for what the API shows masked; empty when there is nothing.
func (s store) find(t *testing.T, query string, arguments ...any) (found string) {
	t.Helper()
	db, err := sql.Open("postgres", s.core)
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(t.Context(), query, arguments...).Scan(&found); !errors.Is(err, sql.ErrNoRows) {
		require.NoError(t, err)
	}
	return found
}

// happens waits until the network behind the carrier has seen something.
func (c *phoneCentre) happens(t *testing.T, what string) {
	t.Helper()
	require.Eventually(t, func() bool { return c.outside.logged(what) > 0 }, callPatience, 100*time.Millisecond, what)
}

// together runs flows side by side, more of them than the machine has cores: mostly they wait for what they hear.
func (c *phoneCentre) together(t *testing.T, flows map[string]func(*testing.T, *phoneCentre)) {
	t.Helper()
	var all sync.WaitGroup
	room := make(chan struct{}, flowsAtOnce)
	for name, flow := range flows {
		all.Add(1)
		go func() {
			defer all.Done()
			room <- struct{}{}
			defer func() { <-room }()
			t.Run(name, func(t *testing.T) { flow(t, c) })
		}()
	}
	all.Wait()
}

const flowsAtOnce = 10

// of is the same client in a flow's own test.
func (c *client) of(t *testing.T) *client { return &client{t: t, url: c.url, token: c.token} }

// deskOptions say what a desk is made of.
type deskOptions struct {
	// menu is the flow with QUEUE where the code of the queue stands; empty: straight into the queue.
	menu     string
	settings map[string]any
	// people are how many operators have a phone there; line is theirs, 1 when it is 0.
	people, line int
}

// intoQueue is a menu that leads into the desk's queue at once.
const intoQueue = `{"name": "Сразу в очередь", "start": "record", "fallback": "queue", "nodes": {
	"record": {"type": "say", "prompt": "Запись.", "starts_recording": true, "goto": "queue"},
	"queue": {"type": "queue", "queue": "QUEUE", "announce": ["{position}."], "announce_every_s": 600, "max_wait_s": 600,
		"overflow": "bye", "closed": "bye", "after": "bye"},
	"bye": {"type": "hangup"}}}`

// desk is a queue with a number and people.
type desk struct {
	t                 *testing.T
	c                 *phoneCentre
	admin, supervisor *client
	queueID, code     string
	// number is as citizens dial it.
	number string
	people []*clerk
}

// clerk is an operator with a phone.
type clerk struct {
	*client
	phone     *device
	id, login string
}

func (c *phoneCentre) desk(t *testing.T, o deskOptions) *desk {
	t.Helper()
	n := c.desks.Add(1)
	d := &desk{
		t: t, c: c, admin: c.admin.of(t), supervisor: c.supervisor.of(t),
		code: fmt.Sprintf("voice-desk-%d", n), number: fmt.Sprintf("8800700%04d", n),
	}
	if o.line == 0 {
		o.line = 1
	}
	if o.menu == "" {
		o.menu = intoQueue
	}
	settings := map[string]any{"offerSeconds": 60, "wrapUpSeconds": 600}
	for name, value := range o.settings {
		settings[name] = value
	}
	queue := mutate[struct {
		Queue      *struct{ ID string }
		UserErrors []userError
	}](d.admin, "queueCreate", "QueueCreateInput", "queue { id }",
		map[string]any{"code": d.code, "name": d.code, "channel": "VOICE", "line": o.line, "settings": settings})
	require.Empty(t, queue.UserErrors)
	d.queueID = queue.Queue.ID
	d.admin.answeredBy(d.number, strings.ReplaceAll(o.menu, "QUEUE", d.code))
	for i := range o.people {
		d.people = append(d.people, d.hire(fmt.Sprintf("desk%d.clerk%d", n, i+1), o.line, []float64{hzOperator, hzColleague}[i%2]))
	}
	return d
}

// hire makes an operator of the desk with a phone that is registered.
func (d *desk) hire(login string, line int, tone float64) *clerk {
	d.t.Helper()
	return d.hireWith(login, line, deviceOptions{tone: tone})
}

// hireWith is hire with a phone of another make.
func (d *desk) hireWith(login string, line int, o deviceOptions) *clerk {
	d.t.Helper()
	account := mutate[struct {
		Account    *struct{ ID string }
		UserErrors []userError
	}](d.admin, "accountCreate", "AccountCreateInput", "account { id }", map[string]any{
		"login": login, "displayName": login, "password": demoPassword, "role": map[string]any{"role": "OPERATOR", "line": line},
	})
	require.Empty(d.t, account.UserErrors)
	d.admin.do("queueMembersAdd", "QueueMembersInput", map[string]any{"queueId": d.queueID, "accountIds": []string{account.Account.ID}})
	me := d.admin.signIn(login, demoPassword)
	return &clerk{client: me, phone: d.c.phoneWith(d.admin, account.Account.ID, login, o), id: account.Account.ID, login: login}
}

// phoneOf gives an account a phone and waits until it is registered.
func (c *phoneCentre) phoneOf(admin *client, accountID, username string, tone float64) *device {
	admin.t.Helper()
	return c.phoneWith(admin, accountID, username, deviceOptions{tone: tone})
}

func (c *phoneCentre) phoneWith(admin *client, accountID, username string, o deviceOptions) *device {
	admin.t.Helper()
	made := mutate[struct {
		Password   string
		UserErrors []userError
	}](admin, "phoneCreate", "PhoneCreateInput", "password", map[string]any{"accountId": accountID, "username": username})
	require.Empty(admin.t, made.UserErrors)
	o.user, o.password, o.registrar, o.address = username, made.Password, c.app.PhoneAddr().String(), "127.0.0.1"
	phone := newDevice(admin.t, o)
	require.Eventually(admin.t, func() bool { return admin.devices(accountID) > 0 }, callPatience, 100*time.Millisecond, "the phone registers: %s", phone.said)
	return phone
}

// devices counts those that are registered for an account.
func (c *client) devices(accountID string) int {
	c.t.Helper()
	got := ask[struct {
		Phones struct {
			Edges []struct {
				Node struct{ Devices []struct{ Source string } }
			}
		}
	}](c, "query($id: ID!) { phones(first: 10, accountId: $id) { edges { node { devices { source } } } } }", map[string]any{"id": accountID})
	n := 0
	for _, e := range got.Phones.Edges {
		n += len(e.Node.Devices)
	}
	return n
}

// ready lets an operator take offers.
func (k *clerk) ready() *clerk {
	k.t.Helper()
	k.do("presenceSet", "PresenceSetInput", map[string]any{"state": "AVAILABLE"})
	return k
}

// presence is the operator's.
func (k *clerk) presence() string {
	k.t.Helper()
	return ask[struct {
		Desk struct{ Presence struct{ State string } }
	}](k.client, "{ desk { presence { state } } }", nil).Desk.Presence.State
}

// caller is a citizen on the carrier's side, on the phone of a Moscow line.
func (d *desk) caller() *caller { return d.callerOf("+7495" + d.number[len(d.number)-7:]) }

// anotherCaller has a number of Saint Petersburg.
func (d *desk) anotherCaller() *caller { return d.callerOf("+7812" + d.number[len(d.number)-7:]) }

func (d *desk) callerOf(number string) *caller { return d.callerAt(carrierAddress, number) }

func (d *desk) callerAt(address, number string) *caller {
	d.t.Helper()
	return &caller{desk: d, number: number, device: newDevice(d.t, deviceOptions{user: number, address: address, tone: hzCitizen})}
}

// national is a number as it is dialled inside the country, and as the demo trunk wants it.
func national(number string) string { return "8" + strings.TrimPrefix(number, "+7") }

// caller is a citizen.
type caller struct {
	*device
	desk   *desk
	number string
	// id is the interaction, when it is known.
	id string
}

// calls dials the number of the desk and waits until it is answered.
func (c *caller) calls() *caller {
	c.t.Helper()
	c.dials(c.desk.number, c.desk.c.app.PhoneAddr(), "")
	c.await("CALL_ESTABLISHED")
	return c.seen()
}

// seen waits until the centre has the call.
func (c *caller) seen() *caller {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		c.id = c.desk.live(c.number)
		return c.id != ""
	}, callPatience, 100*time.Millisecond, "the call is seen")
	return c
}

// leaves hangs up and waits until the centre knows.
func (c *caller) leaves() {
	c.t.Helper()
	c.hangUp()
	require.Eventually(c.t, func() bool { return c.desk.live(c.number) == "" }, callPatience, 100*time.Millisecond, "the call is over")
}

// live is the interaction of a citizen's call that lasts; empty when there is none.
func (d *desk) live(number string) string {
	d.t.Helper()
	c := d.c.numbers.call(d.t, number, call.DirectionEQ(call.DirectionInbound), call.EndedAtIsNil())
	if c == nil {
		return ""
	}
	return c.InteractionID
}

// callbackID is the callback to a number; empty when there is none.
func (d *desk) callbackID(number string) string {
	d.t.Helper()
	return d.c.numbers.callback(d.t, number)
}

// talking connects a new caller with the first operator of the desk.
func (d *desk) talking() (*caller, *clerk) {
	d.t.Helper()
	k := d.people[0].ready()
	c := d.caller().calls()
	k.phone.picksUp()
	d.state(c.id, "ACTIVE")
	c.hears(hzOperator)
	k.phone.hears(hzCitizen)
	return c, k
}

// state waits until an interaction is in a state.
func (d *desk) state(id, want string) state {
	d.t.Helper()
	var now state
	require.Eventually(d.t, func() bool {
		now = d.supervisor.now(id)
		return now.State == want
	}, callPatience, 100*time.Millisecond, "state %s: %+v", want, &now)
	return now
}
