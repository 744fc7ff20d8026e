package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"
)

// callsCommand is the load of a centre that answers the phone.
type callsCommand struct {
	URL           string        `default:"http://127.0.0.1:8080" help:"The server; a loopback address."`
	SIP           string        `name:"sip" default:"127.0.0.1:5060" help:"Where the server takes calls, over UDP."`
	Number        string        `default:"88006000000" help:"The number that is called."`
	Calls         int           `default:"800" help:"Calls at once at most, 1 to 4,000."`
	Rate          float64       `default:"20" help:"Calls begun a second, at most 500."`
	Operators     int           `default:"600" help:"Operators at work, 1 to 5,000."`
	Duration      time.Duration `default:"120s" help:"How long calls are begun, a second to an hour; those that are up then go on to their end."`
	Listen        time.Duration `default:"12s" help:"From the first sound to the first key; the menu keeps keys that come early."`
	Keys          string        `default:"110" help:"Keys that lead through the menu to an operator."`
	KeyPause      time.Duration `default:"2s" help:"What a caller listens to before each further key."`
	Ring          time.Duration `default:"1s" help:"How long an operator's phone rings."`
	Talk          time.Duration `default:"25s" help:"How long one operator and one caller talk."`
	WrapUp        time.Duration `default:"1s" help:"How long an operator takes to record an enquiry."`
	TransferShare float64       `default:"0.1" help:"Share of the calls that are transferred to another queue after the talk, 0 to 1."`
	OperatorEnds  float64       `default:"0.5" help:"Share of the calls that the operator ends; the caller then rates and is hung up on. 0 to 1."`
	Patience      time.Duration `default:"90s" help:"How long a caller waits for an operator before the call counts as failed."`
	Every         int           `default:"1" help:"Each leg sends only every so many frames of 20 ms, 1 to 50; more than 1 spares the processor where signalling is measured."`
	Symmetric     bool          `help:"Have the trunk set to symmetric media, as the callers send from where they receive: their legs then share ports."`
	Pairs         string        `help:"Write the addresses of the legs to this file when all calls are up, for rtpload; sound is then rtpload's." placeholder:"FILE"`
	Hold          time.Duration `default:"60s" help:"How long calls are kept for rtpload."`
	AdminLogin    string        `default:"admin" help:"An administrator, to prepare trunk, queues, operators and phones."`
	AdminPassword string        `env:"EKC_DEMO_PASSWORD" required:"" help:"The administrator's password."`
	Agency        string        `default:"PFR" help:"Agency of the loaded queue; the keys must lead there."`
	Region        string        `default:"83" help:"Region of the loaded queue; callers have numbers of Nenets Okrug, 83."`
	PID           int           `help:"Process id of the server, for its CPU and memory; 0: the program ekc, if only one runs."`
	StartFile     string        `help:"When all is prepared, wait until this file exists." placeholder:"FILE"`
	JSON          bool          `help:"Print one JSON object."`
}

// errFailed makes the program end with an error after the result has been printed.
var errFailed = errors.New("calls failed")

// Run is the command.
func (o *callsCommand) Run(ctx context.Context) error {
	if err := o.validate(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := newCallRun(o)
	if err != nil {
		return err
	}
	defer r.close()
	err = r.prepare(ctx)
	if err == nil {
		err = r.load(ctx)
	}
	result := r.result()
	cancel()
	r.cleanUp(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	if o.JSON {
		err = json.NewEncoder(os.Stdout).Encode(result)
	} else {
		err = result.print(os.Stdout)
	}
	if err == nil && result.bad() > 0 {
		err = errFailed
	}
	return err
}

// validate names the first setting that is out of its range.
func (o *callsCommand) validate() error {
	if o.Pairs != "" {
		o.Operators, o.TransferShare = max(o.Operators, o.Calls), 0
	}
	err := within([]bound{
		{"calls", float64(o.Calls), 1, 4000},
		{"rate", o.Rate, 0.01, 500},
		{"operators", float64(o.Operators), 1, 5000},
		{"duration (seconds)", o.Duration.Seconds(), 1, time.Hour.Seconds()},
		{"listen (seconds)", o.Listen.Seconds(), 0, 60},
		{"key-pause (seconds)", o.KeyPause.Seconds(), 0, 60},
		{"ring (seconds)", o.Ring.Seconds(), 0, 60},
		{"talk (seconds)", o.Talk.Seconds(), 0.1, time.Hour.Seconds()},
		{"wrap-up (seconds)", o.WrapUp.Seconds(), 0, 600},
		{"transfer-share", o.TransferShare, 0, 1},
		{"operator-ends", o.OperatorEnds, 0, 1},
		{"patience (seconds)", o.Patience.Seconds(), 1, time.Hour.Seconds()},
		{"every", float64(o.Every), 1, 50},
		{"hold (seconds)", o.Hold.Seconds(), 1, time.Hour.Seconds()},
	})
	if err != nil {
		return err
	}
	server, err := netip.ParseAddrPort(o.SIP)
	if err != nil || !server.Addr().IsLoopback() || !server.Addr().Is4() {
		return fmt.Errorf("--sip %q: want a loopback address and a port, such as 127.0.0.1:5060", o.SIP)
	}
	for _, key := range o.Keys {
		if (key < '0' || key > '9') && key != '*' && key != '#' {
			return fmt.Errorf("--keys %q: want 0 to 9, * and #", o.Keys)
		}
	}
	if o.Keys == "" {
		return errors.New("--keys must not be empty: the menu leads nobody to an operator by itself")
	}
	return nil
}
