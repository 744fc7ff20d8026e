package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// operatorNumbers is where the network addresses of operators begin, beyond those of citizens.
	operatorNumbers = 1 << 16
	// settle is how long stragglers are waited for at the end.
	settle = 5 * time.Second
	// maxRate is more a second than a ticker can be trusted with.
	maxRate = 10_000
)

// chatCommand is the load of a chat centre.
type chatCommand struct {
	URL           string        `default:"http://127.0.0.1:8080" help:"The server; a loopback address."`
	Citizens      int           `default:"2000" help:"Citizens in open dialogues, 1 to 65,535."`
	Operators     int           `default:"300" help:"Operators at work, 1 to 5,000."`
	Rate          float64       `default:"50" help:"Messages a second, both sides together, at most 10,000."`
	Duration      time.Duration `default:"60s" help:"How long messages flow, a second to an hour."`
	StartRate     float64       `default:"10" help:"Chats begun a second, at most 10,000."`
	DropRate      float64       `default:"2" help:"Connections cut and resumed a second; 0: none."`
	AdminLogin    string        `default:"admin" help:"An administrator, to prepare operators and a queue."`
	AdminPassword string        `env:"EKC_DEMO_PASSWORD" required:"" help:"The administrator's password."`
	Agency        string        `default:"PFR" help:"Agency of the loaded queue."`
	Region        string        `default:"83" help:"Region of the loaded queue."`
	PID           int           `help:"Process id of the server, for its CPU and memory; 0: the program ekc, if only one runs."`
	JSON          bool          `help:"Print one JSON object."`
}

// Run is the command.
func (o *chatCommand) Run(ctx context.Context) error {
	if err := o.validate(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &chatRun{o: o, stats: newStats(), byID: map[string]*citizen{}, sentAt: map[string]time.Time{}, out: os.Stderr}
	o.PID = onlyServer(o.PID, r.say)
	if err := r.prepare(ctx); err != nil {
		return err
	}
	result, err := r.load(ctx)
	if err != nil {
		return err
	}
	if o.JSON {
		return json.NewEncoder(os.Stdout).Encode(result)
	}
	return result.print(os.Stdout)
}

// validate names the first number that is out of its range.
func (o *chatCommand) validate() error {
	return within([]bound{
		{"citizens", float64(o.Citizens), 1, operatorNumbers - 1},
		{"operators", float64(o.Operators), 1, 5000},
		{"rate", o.Rate, 0.01, maxRate},
		{"start-rate", o.StartRate, 0.01, maxRate},
		{"drop-rate", o.DropRate, 0, maxRate},
		{"duration (seconds)", o.Duration.Seconds(), 1, time.Hour.Seconds()},
	})
}

// chatRun is one run of the load.
type chatRun struct {
	o     *chatCommand
	stats *stats
	out   io.Writer

	operators []*operator
	citizens  []*citizen

	mu     sync.Mutex
	byID   map[string]*citizen
	active []*citizen // with an operator
	sentAt map[string]time.Time
}

func (r *chatRun) say(format string, args ...any) {
	_, _ = fmt.Fprintf(r.out, format+"\n", args...) // progress, for people
}

func (r *chatRun) register(z *citizen) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byID[z.interactionID] = z
	r.citizens = append(r.citizens, z)
}

// offered notes that an operator was shown the chat.
func (r *chatRun) offered(interactionID string, at time.Time) {
	r.mu.Lock()
	z := r.byID[interactionID]
	r.mu.Unlock()
	if z == nil {
		return
	}
	z.mu.Lock()
	asked := z.asked
	z.asked = time.Time{}
	z.mu.Unlock()
	if !asked.IsZero() {
		r.stats.wasOffered(at.Sub(asked))
	}
}

// joined notes that an operator took the chat.
func (r *chatRun) joined(interactionID string, o *operator) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if z := r.byID[interactionID]; z != nil {
		z.mu.Lock()
		z.operator = o
		z.mu.Unlock()
		r.active = append(r.active, z)
	}
}

func (r *chatRun) seen(stream, key string, at time.Time, own bool) {
	r.mu.Lock()
	sent, known := r.sentAt[key]
	r.mu.Unlock()
	if known {
		r.stats.saw(stream, key, at.Sub(sent), own)
	}
}

// load opens all dialogues, lets messages flow, and says how it went.
func (r *chatRun) load(ctx context.Context) (result, error) {
	r.say("opening %d chats, %.0f a second", r.o.Citizens, r.o.StartRate)
	if err := r.openAll(ctx); err != nil {
		return result{}, err
	}
	r.say("%d of %d chats are with an operator; %.0f messages a second for %s", r.activeCount(), r.o.Citizens, r.o.Rate, r.o.Duration)
	began := time.Now()
	server, postgres, own := usageOf(r.o.PID), usageOf(pidsOf("postgres")...), usageOf(os.Getpid())
	r.flow(ctx)
	took := time.Since(began)
	server2, postgres2, own2 := usageOf(r.o.PID), usageOf(pidsOf("postgres")...), usageOf(os.Getpid())
	r.settle(ctx)
	res := r.stats.result()
	res.Citizens, res.Operators, res.Seconds = r.o.Citizens, r.o.Operators, took.Seconds()
	res.MessageRate = float64(res.MessagesSent) / took.Seconds()
	res.ServerCPU = server2.since(server).Seconds() / took.Seconds()
	res.PostgresCPU = postgres2.since(postgres).Seconds() / took.Seconds()
	res.LoadCPU = own2.since(own).Seconds() / took.Seconds()
	res.ServerMemoryMB = memoryOf(r.o.PID)
	return res, nil
}

func (r *chatRun) activeCount() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.active)
}

// openAll begins the chats evenly and waits until operators have them all.
func (r *chatRun) openAll(ctx context.Context) error {
	var group errgroup.Group
	group.SetLimit(64)
	ticker := time.NewTicker(time.Duration(float64(time.Second) / r.o.StartRate))
	defer ticker.Stop()
	for n := range r.o.Citizens {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		group.Go(func() error {
			z, err := r.begin(ctx, n+1)
			if err == nil {
				err = z.askForPerson(ctx)
			}
			if err != nil && ctx.Err() == nil {
				r.stats.failed("open", err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	deadline := time.Now().Add(time.Minute)
	for r.activeCount() < r.o.Citizens && time.Now().Before(deadline) && ctx.Err() == nil {
		time.Sleep(100 * time.Millisecond)
	}
	if r.activeCount() == 0 {
		return errors.New("no chat reached an operator")
	}
	return ctx.Err()
}

// flow sends messages and cuts connections at their rates.
func (r *chatRun) flow(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, r.o.Duration)
	defer cancel()
	var flying sync.WaitGroup
	defer flying.Wait()
	messages := time.NewTicker(time.Duration(float64(time.Second) / r.o.Rate))
	defer messages.Stop()
	cuts := make(<-chan time.Time)
	if r.o.DropRate > 0 {
		ticker := time.NewTicker(time.Duration(float64(time.Second) / r.o.DropRate))
		defer ticker.Stop()
		cuts = ticker.C
	}
	var number atomic.Int64
	for {
		select {
		case <-ctx.Done():
			return
		case <-messages.C:
			key := strconv.FormatInt(began, 36) + "-" + strconv.FormatInt(number.Add(1), 10)
			flying.Go(func() { r.send(context.WithoutCancel(ctx), key) })
		case <-cuts:
			r.cut()
		}
	}
}

// began makes the message keys of this run differ from those of others.
var began = time.Now().UnixNano()

// send lets one side of a random dialogue say something.
func (r *chatRun) send(ctx context.Context, key string) {
	r.mu.Lock()
	z := r.active[rand.IntN(len(r.active))]
	z.mu.Lock()
	o := z.operator
	z.mu.Unlock()
	sender := z.client
	if rand.IntN(2) == 0 {
		sender = o.client
	}
	now := time.Now()
	r.sentAt[key] = now
	r.mu.Unlock()
	r.stats.expect(key, z.name, o.name)
	err := sender.call(ctx, `mutation($i: MessageSendInput!) { messageSend(input: $i) { userErrors { code field message } } }`,
		map[string]any{"i": map[string]any{"interactionId": z.interactionID, "text": "Сообщение " + key, "clientKey": key}}, nil)
	if err != nil {
		r.stats.forget(key, z.name, o.name)
		r.stats.failed("send", err)
		return
	}
	r.stats.wasAnswered(time.Since(now))
}

// cut drops the connection of a random user.
func (r *chatRun) cut() {
	r.stats.wasDropped()
	if n := rand.IntN(len(r.citizens) + len(r.operators)); n < len(r.citizens) {
		r.citizens[n].stream.drop()
	} else {
		r.operators[n-len(r.citizens)].stream.drop()
	}
}

// settle waits until nothing is missing, or long enough to call it lost.
func (r *chatRun) settle(ctx context.Context) {
	deadline := time.Now().Add(settle)
	for r.stats.lost() > 0 && time.Now().Before(deadline) && ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
	}
}
