package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ekc/cmd/ekcload/sip"
)

const (
	// atOnce is how many accounts are made at a time: their passwords cost processor time.
	atOnce = 4
	// registration lasts longer than any run.
	registration  = time.Hour
	trunkPatience = 30 * time.Second
	cleaning      = 2 * time.Minute
)

// made is what the run has set up, to be taken away in the end.
type made struct {
	admin         *client
	name          string
	trunk         string
	first, second string // queues
	disposition   string
}

// prepare makes trunk, queues, operators and phones through the API, and lets the operators begin to work.
func (r *callRun) prepare(ctx context.Context) error {
	admin, err := signIn(ctx, r.o.URL, operatorNumbers, r.o.AdminLogin, r.o.AdminPassword)
	if err != nil {
		return err
	}
	r.made.admin, r.made.name = admin, "load-"+strings.ToLower(rand.Text()[:8])
	for _, step := range []func(context.Context) error{r.makeQueues, r.makeTrunk, r.makeAgents, r.join, r.register, r.begin} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *callRun) makeQueues(ctx context.Context) error {
	agency, err := r.made.admin.idOf(ctx, "agencies", r.o.Agency)
	if err != nil {
		return err
	}
	region, err := r.made.admin.idOf(ctx, "regions", r.o.Region)
	if err != nil {
		return err
	}
	var page struct {
		Edges []struct{ Node struct{ ID string } }
	}
	if err := r.made.admin.call(ctx, `{ dispositions(first: 1) { edges { node { id } } } }`, nil, &page); err != nil {
		return err
	}
	if len(page.Edges) == 0 {
		return fmt.Errorf("the centre has no dispositions")
	}
	r.made.disposition = page.Edges[0].Node.ID
	// The second queue is of the agency's line 2: nobody comes there by the keys.
	if r.made.first, err = r.makeQueue(ctx, r.made.name, 1, agency, region); err != nil {
		return err
	}
	if r.made.second, err = r.makeQueue(ctx, r.made.name+"-2", 2, agency, region); err != nil {
		return err
	}
	return r.made.admin.retireQueues(ctx, r.made.first, r.made.second)
}

func (r *callRun) makeQueue(ctx context.Context, code string, line int, agency, region string) (string, error) {
	var out struct{ Queue struct{ ID string } }
	err := r.made.admin.change(ctx, "queueCreate", "QueueCreateInput", "queue { id }", map[string]any{
		"code": code, "name": "Нагрузка " + code, "channel": "VOICE", "line": line, "agencyId": agency, "regionId": region,
		"settings": map[string]any{"offerSeconds": 30, "wrapUpSeconds": 60},
	}, &out)
	return out.Queue.ID, err
}

// makeTrunk makes a line to the gateway of this run, and waits until the server asks over it.
func (r *callRun) makeTrunk(ctx context.Context) error {
	if err := r.made.admin.retireTrunks(ctx); err != nil {
		return err
	}
	var out struct{ Trunk struct{ ID string } }
	rule := func(prefix, replacement string, length int) map[string]any {
		return map[string]any{"prefix": prefix, "replacement": replacement, "length": length}
	}
	err := r.made.admin.change(ctx, "trunkCreate", "TrunkCreateInput", "trunk { id }", map[string]any{"settings": map[string]any{
		"name": r.made.name, "sources": []string{gatewayIP.String() + "/32"}, "proxy": r.gateway.Addr(), "preference": 1000,
		"codecs": []string{r.codec.String()}, "srtp": "OFF", "keepAliveSeconds": 5, "symmetricMedia": r.o.Symmetric,
		"numbersIn":  []any{rule("8", "+7", 11), rule("7", "+7", 11)},
		"numbersOut": []any{rule("+7", "8", 12)},
	}}, &out)
	if err != nil {
		return err
	}
	r.made.trunk = out.Trunk.ID
	select {
	case <-r.gateway.Pinged():
		return nil
	case <-time.After(trunkPatience):
		return fmt.Errorf("the server does not ask over the trunk; does it take calls at %s?", r.o.SIP)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// makeAgents makes the operators with their phones, and signs them in.
func (r *callRun) makeAgents(ctx context.Context) error {
	r.say("creating and signing in %d operators with phones", r.o.Operators)
	r.agents = make([]*agent, r.o.Operators)
	password := "load-" + rand.Text()
	second := 0
	if r.o.TransferShare > 0 { // as many as have what is transferred
		second = min(max(1, int(float64(r.o.Operators)*r.o.TransferShare/(1+r.o.TransferShare))), r.o.Operators-1)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for n := range r.agents {
		group.Go(func() error {
			a := &agent{run: r, number: n + 1, login: fmt.Sprintf("%s.%04d", r.made.name, n+1), closing: map[string]bool{}, queueID: r.made.first}
			if n >= r.o.Operators-second {
				a.queueID = r.made.second
			}
			r.agents[n] = a
			return a.create(ctx, password)
		})
	}
	return group.Wait()
}

func (a *agent) create(ctx context.Context, password string) error {
	admin := a.run.made.admin
	line := 1
	if a.queueID == a.run.made.second {
		line = 2
	}
	var account struct{ Account struct{ ID string } }
	err := admin.change(ctx, "accountCreate", "AccountCreateInput", "account { id }", map[string]any{
		"login": a.login, "displayName": a.login, "password": password, "chatCapacity": 0,
		"role": map[string]any{"role": "OPERATOR", "line": line},
	}, &account)
	if err != nil {
		return err
	}
	a.accountID = account.Account.ID
	var phone struct {
		Password string
		Phone    struct{ ID, Username, Realm string }
	}
	err = admin.change(ctx, "phoneCreate", "PhoneCreateInput", "password phone { id username realm }",
		map[string]any{"accountId": a.accountID}, &phone)
	if err != nil {
		return err
	}
	a.phoneID, a.username, a.realm, a.password = phone.Phone.ID, phone.Phone.Username, phone.Phone.Realm, phone.Password
	a.client, err = signIn(ctx, a.run.o.URL, operatorNumbers+a.number, a.login, password)
	return err
}

// join makes the operators members of their queues.
func (r *callRun) join(ctx context.Context) error {
	members := map[string][]string{}
	for _, a := range r.agents {
		members[a.queueID] = append(members[a.queueID], a.accountID)
	}
	for queueID, ids := range members {
		if err := r.made.admin.addMembers(ctx, queueID, ids); err != nil {
			return err
		}
	}
	return nil
}

// register tells the server where the phones are; each has the address of its operator's computer.
func (r *callRun) register(ctx context.Context) error {
	r.say("registering %d phones", len(r.agents))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * atOnce)
	for _, a := range r.agents {
		group.Go(func() error {
			var err error
			if a.phone, err = sip.Open(netip.AddrPortFrom(addressOf(a.client.source), 0), r.server, &r.counts, a.invited); err != nil {
				return err
			}
			return a.phone.Register(ctx, a.username, a.realm, a.password, registration)
		})
	}
	return group.Wait()
}

// begin lets the operators follow their desks and be available.
func (r *callRun) begin(ctx context.Context) error {
	var ready sync.WaitGroup
	for _, a := range r.agents {
		ready.Add(1)
		if err := a.work(ctx, &ready); err != nil {
			return err
		}
	}
	ready.Wait()
	for _, a := range r.agents {
		if err := a.available(ctx); err != nil {
			return err
		}
	}
	return nil
}

// cleanUp takes trunk, queues, phones and operators out of work; what there is for the audit stays.
func (r *callRun) cleanUp(ctx context.Context) {
	admin := r.made.admin
	if admin == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, cleaning)
	defer cancel()
	off := func(name, kind, key, id string) {
		if id == "" {
			return
		}
		input := map[string]any{key: id, "settings": map[string]any{"active": false}}
		if kind == "PhoneUpdateInput" || kind == "AccountUpdateInput" {
			input = map[string]any{key: id, "active": false}
		}
		if err := admin.change(ctx, name, kind, "", input, nil); err != nil {
			r.say("cleaning up: %v", err)
		}
	}
	off("trunkUpdate", "TrunkUpdateInput", "trunkId", r.made.trunk)
	off("queueUpdate", "QueueUpdateInput", "queueId", r.made.first)
	off("queueUpdate", "QueueUpdateInput", "queueId", r.made.second)
	group := errgroup.Group{}
	group.SetLimit(atOnce)
	for _, a := range r.agents {
		if a == nil {
			continue
		}
		group.Go(func() error {
			off("phoneUpdate", "PhoneUpdateInput", "phoneId", a.phoneID)
			off("accountUpdate", "AccountUpdateInput", "accountId", a.accountID)
			return nil
		})
	}
	_ = group.Wait() // nobody fails
}
