package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"sync"
	"syscall"

	"ekc/internal/config"
	"ekc/internal/voice"
	"ekc/internal/voice/secret"
	"ekc/telephony"
	"ekc/telephony/browser"
	"ekc/telephony/ivr/numbering"
	"ekc/telephony/media"
	"ekc/telephony/prompt"
	"ekc/telephony/recording"
	"ekc/telephony/signaling"
)

// Folders below the data directory.
const (
	spoolFolder = "recordings.spool"
	// NumberingFile is where an imported numbering plan is kept, below the data directory.
	NumberingFile = "numbering.csv"
	promptsFolder = "prompts"
)

// phone is the telephony of one node: the switchboard and what it is made of.
type phone struct {
	voice    *voice.Service
	regions  *numbering.File
	board    *telephony.Switchboard
	agent    *signaling.Agent
	engine   *media.Engine
	recorder *recording.Recorder
	browsers *browser.Gateway
	prompts  *prompt.Library
}

// trunkRelay hands trunks to the user agent, also those that came before there was one.
type trunkRelay struct {
	mu    sync.Mutex
	agent *signaling.Agent
	known []signaling.Trunk
}

func (r *trunkRelay) set(trunks []signaling.Trunk) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known = trunks
	if r.agent == nil {
		return nil
	}
	return r.agent.SetTrunks(trunks)
}

// status is how the trunks are; nil on a node without a phone.
func (r *trunkRelay) status() []signaling.TrunkStatus {
	r.mu.Lock()
	agent := r.agent
	r.mu.Unlock()
	if agent == nil {
		return nil
	}
	return agent.Trunks()
}

func (r *trunkRelay) to(agent *signaling.Agent) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.agent = agent
	return agent.SetTrunks(r.known)
}

// newPhone makes the telephony of a node, nil for one that takes no calls. It takes calls when it returns; the caller closes it.
func (a *App) newPhone(ctx context.Context, d *domains) (*phone, error) {
	if !a.config.On() {
		return nil, nil //nolint:nilnil // a node may have no phone
	}
	p := &phone{voice: d.voice, regions: d.regions}
	err := p.open(a.config, d.recordings, a.log.With("domain", "telephony"))
	if err == nil {
		return p, a.trunks.to(p.agent)
	}
	if closing := p.close(ctx); closing != nil {
		a.log.WarnContext(ctx, "telephony was not taken down cleanly", "error", closing)
	}
	if a.config.SIPAddr == config.DefaultSIPAddr && errors.Is(err, syscall.EADDRINUSE) {
		a.log.WarnContext(ctx, "this node takes no calls: the default SIP address is in use, by another node perhaps; EKC_SIP_ADDR sets another",
			"address", config.DefaultSIPAddr)
		return nil, nil //nolint:nilnil // as above
	}
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		return nil, hintListen("EKC_SIP_ADDR", a.config.SIPAddr, err)
	}
	return nil, err
}

// open makes the switchboard and its parts.
func (p *phone) open(c config.Config, folder recording.Storage, log *slog.Logger) error {
	listen, outside, err := c.Telephony.Addresses()
	if err != nil {
		return err
	}
	p.engine, err = media.New(media.Options{LocalIP: listen, PortMin: c.RTPPorts.First, PortMax: c.RTPPorts.Last, Logger: log})
	if err != nil {
		return fmt.Errorf("EKC_RTP_PORTS: %w", err)
	}
	if p.prompts, err = newPrompts(c, p.voice.Sounds(), log); err != nil {
		return err
	}
	recognizer, err := newRecognizer(c.Models)
	if err != nil {
		return err
	}
	if err := p.openRecorder(c.DataDir, folder, log); err != nil {
		return err
	}
	o := browser.Options{Engine: p.engine, LocalIP: listen, Logger: log}
	if outside.IsValid() {
		o.PublicIPs = []netip.Addr{outside}
	}
	if p.browsers, err = browser.New(o); err != nil {
		return err
	}
	overhear := p.voice.Overheard
	if !c.DraftSuggestions {
		overhear = nil
	}
	p.board, err = telephony.New(telephony.Options{
		Centre: p.voice, Engine: p.engine, Prompts: p.prompts, Recognizer: recognizer, Overhear: overhear, Tapes: telephony.NewTapes(p.recorder),
		Browsers: browsers{p.browsers}, Phones: p.voice.Phones, Console: p.voice.Console, Trunk: p.voice.Trunk, Ways: p.voice.Ways,
		Region: p.regions.ByNumber, MediaAddress: outside, Node: p.voice.Node(),
		ErrandsAtOnce: max(2, c.DBMaxConns*40), Logger: log,
	})
	if err != nil {
		return err
	}
	certificates, err := newCertificates(c.SIPTLS, log)
	if err != nil {
		return err
	}
	p.agent, err = signaling.New(signaling.Config{
		Listen: c.SIPAddr, ListenTLS: c.SIPTLS.Addr, Certificates: certificates, External: c.SIPExternal, Realm: secret.Realm, MD5Only: c.SIPDigest == "MD5", OnCall: p.board.Incoming,
		ServiceNumber: p.voice.ServiceNumber, Accounts: p.voice, Bindings: p.voice, Log: log,
	})
	if err != nil {
		return err
	}
	p.board.Start(p.agent)
	p.voice.Bind(p.board)
	return nil
}

func (p *phone) openRecorder(dataDir string, folder recording.Storage, log *slog.Logger) (err error) {
	p.recorder, err = recording.NewRecorder(recording.Options{
		Dir: filepath.Join(dataDir, spoolFolder), Storage: folder, Report: telephony.ReportTo(p.voice, nil), Logger: log,
	})
	if err != nil {
		return err
	}
	found, err := p.recorder.Recover()
	if found > 0 {
		log.Warn("recordings of a process that was killed are closed and stored", "recordings", found)
	}
	return err
}

// addr is where SIP is listened to, nil when it is not.
func (p *phone) addr() net.Addr {
	if p == nil || p.agent == nil {
		return nil
	}
	return p.agent.Addr(signaling.UDP)
}

// addrTLS is where SIP over TLS is listened to, nil when it is not.
func (p *phone) addrTLS() net.Addr {
	if p == nil || p.agent == nil {
		return nil
	}
	return p.agent.Addr(signaling.TLS)
}

// drain takes no new calls and waits for those there are, until ctx ends.
func (p *phone) drain(ctx context.Context) error {
	if p == nil || p.board == nil {
		return nil
	}
	return errors.Join(p.voice.Draining(ctx), p.board.Drain(ctx))
}

// calls is how many there are.
func (p *phone) calls() int {
	if p == nil || p.board == nil {
		return 0
	}
	return len(p.board.Calls())
}

// close ends the calls and gives everything back. What could not be made is nil.
func (p *phone) close(ctx context.Context) error {
	if p == nil {
		return nil
	}
	var errs []error
	if p.board != nil {
		errs = append(errs, p.board.Close(ctx))
	}
	if p.agent != nil {
		errs = append(errs, p.agent.Close(ctx))
	}
	if p.browsers != nil {
		errs = append(errs, p.browsers.Close())
	}
	if p.recorder != nil {
		errs = append(errs, p.recorder.Close(ctx))
	}
	if p.prompts != nil {
		errs = append(errs, p.prompts.Close())
	}
	if p.engine != nil {
		errs = append(errs, p.engine.Close())
	}
	return errors.Join(errs...)
}
