package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"ekc/access"
	"ekc/access/auditlog"
	"ekc/assistant"
	"ekc/assistant/quality"
	"ekc/assistant/recordfile"
	"ekc/interaction"
	"ekc/internal/config"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/privacy"
	"ekc/internal/seal"
	"ekc/internal/seed"
	"ekc/internal/telemetry"
	"ekc/internal/voice"
	"ekc/knowledge"
	"ekc/knowledge/improve"
	"ekc/onboarding"
	"ekc/routing"
	"ekc/supervision"
	"ekc/telephony/ivr/numbering"
	"ekc/telephony/recording"
	"ekc/telephony/signaling"
	"ekc/training"
)

const (
	sessionSweepEvery = time.Hour
	sessionRetention  = 30 * 24 * time.Hour
)

// domains are the services of one node, wired to each other.
type domains struct {
	access      *access.Service
	routing     *routing.Service
	interaction *interaction.Service
	assistant   *assistant.Service
	base        knowledge.Service
	quality     *quality.Service
	files       *recordfile.Service
	voice       *voice.Service
	supervision *supervision.Service
	recordings  recording.Storage
	regions     *numbering.File
	sealer      *auditlog.Sealer
	onboarding  *onboarding.Service
	training    *training.Service
	privacy     *privacy.Service
}

// foundation is what the domains stand on.
type foundation struct {
	config    config.Config
	core      *database.Core
	ring      *seal.Ring
	events    *eventlog.Log
	base      knowledge.Service
	better    improve.Service
	metrics   *telemetry.Metrics
	log       *slog.Logger
	overrides Overrides
	// onTrunks is told of the lines to carriers, trunkStatus says how they are; nil: nobody uses them.
	onTrunks    func([]signaling.Trunk) error
	trunkStatus func() []signaling.TrunkStatus
	// onDrain is told that an administrator lets the node stop.
	onDrain func()
}

// wire makes the domains. Routing and Yana need the life of an interaction and it needs them, so they are bound after all
// three are made.
func wire(ctx context.Context, f foundation) (*domains, error) {
	d := &domains{
		base:   f.base,
		sealer: &auditlog.Sealer{DB: f.core.DB, MAC: auditMAC(f.ring), Logger: f.log.With("domain", "audit")},
	}
	d.routing = routing.New(routing.Options{
		Client: f.core.Client, Log: f.events, Observer: f.metrics, Logger: f.log.With("domain", "routing"),
		Tick: f.overrides.RoutingTick, Rest: f.overrides.RoutingRest,
	})
	var err error
	d.interaction, err = interaction.New(ctx, f.core.Client, f.events, interaction.Options{
		DataDir: f.config.DataDir, Ring: f.ring, NoDrafts: !f.config.DraftSuggestions, Logger: f.log.With("domain", "interaction"),
	})
	if err != nil {
		return nil, err
	}
	d.assistant = assistant.New(assistant.Options{
		Client: f.core.Client, Base: f.base, Dialogue: d.interaction, Observer: yanaWatch{f.metrics},
		ZoneOf: seed.RegionZone, Logger: f.log.With("domain", "assistant"),
	})
	d.quality = quality.New(quality.Options{
		Client: f.core.Client, Store: f.events, Records: f.base, Base: f.better, Logger: f.log.With("domain", "quality"),
	})
	d.files, err = recordfile.New(ctx, recordfile.Options{
		Client: f.core.Client, DataDir: f.config.DataDir, Logger: f.log.With("domain", "record files"),
	})
	if err != nil {
		return nil, err
	}
	d.onboarding = onboarding.New(onboarding.Options{
		Client: f.core.Client, Log: f.events, Base: shelf{f.base, f.core.Client}, Logger: f.log.With("domain", "onboarding"),
	})
	d.routing.Bind(d.interaction)
	d.routing.Guard(d.onboarding)
	d.training = training.New(training.Options{
		Client: f.core.Client, Log: f.events, Base: library{f.base}, Wake: d.routing.Wake, Logger: f.log.With("domain", "training"),
	})
	d.interaction.Bind(router{d.routing}, d.assistant)
	if d.access, err = newAccess(f, d.routing); err != nil {
		return nil, err
	}
	return d, d.addVoice(ctx, f)
}

// addVoice makes the phone's side of the centre.
func (d *domains) addVoice(ctx context.Context, f foundation) (err error) {
	if d.recordings, err = newRecordings(f.config); err != nil {
		return err
	}
	transcribe, err := newTranscriber(f.config.Models)
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("name of the machine: %w", err)
	}
	d.regions = numbering.NewFile(filepath.Join(f.config.DataDir, NumberingFile), time.Now, f.log.With("domain", "telephony"))
	d.voice, err = voice.New(ctx, voice.Options{
		Client: f.core.Client, DB: f.core.DB, Log: f.events, Interactions: d.interaction, Routing: d.routing, Assistant: d.assistant,
		Ring: f.ring, Host: host, Recordings: d.recordings, Transcribe: transcribe, OnTrunks: f.onTrunks, TrunkStatus: f.trunkStatus, OnDrain: f.onDrain,
		Region: d.regions.ByNumber,
		Logger: f.log.With("domain", "voice"),
	})
	if err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	d.quality.Bind(d.voice, d.interaction)
	d.supervision = supervision.New(supervision.Options{
		Client: f.core.Client, Log: f.events, Life: d.interaction, Logger: f.log.With("domain", "supervision"),
	})
	d.supervision.Bind(d.routing, d.voice, d.quality)
	d.privacy, err = newPrivacy(f.core, f.events, f.ring, f.config.DataDir, f.config.Retention, d.recordings, f.better,
		f.log.With("domain", "privacy"))
	return err
}

func newAccess(f foundation, r *routing.Service) (*access.Service, error) {
	o := signInOptions(f.config.SignIn, f.events, f.ring)
	o.Logger, o.Hash, o.OnDeactivate = f.log.With("domain", "access"), f.overrides.Hash, r.Deactivated
	service, err := access.New(f.core.Client, f.events, o)
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	return service, nil
}

// run starts what the domains do by themselves.
func (d *domains) run(c *crew, log *slog.Logger) {
	c.add("routing", d.routing.Run)
	c.add("the sweep of interactions", d.interaction.Run)
	c.add("Yana", d.assistant.Run)
	c.add("what dialogues teach", d.quality.Run)
	c.add("recalls", d.quality.RunRecalls)
	c.add("the checks of sites that join", d.onboarding.Run)
	c.add("attempts whose time is over", d.training.Run)
	c.add("the counting of days", d.quality.RunDays)
	c.add("the sweep of record files", d.files.Run)
	c.add("the phone's side of the centre", d.voice.Run)
	c.add("the data of citizens", d.privacy.Run)
	c.add("the seals of the audit log", d.sealer.Run)
	c.add("supervision", d.supervision.Run)
	c.add("the sweep of sessions", func(ctx context.Context) error { return sweepSessions(ctx, d.access, log) })
}

func sweepSessions(ctx context.Context, a *access.Service, log *slog.Logger) error {
	ticker := time.NewTicker(sessionSweepEvery)
	defer ticker.Stop()
	for {
		if _, err := a.Sweep(ctx, sessionRetention); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "sweep of sessions failed, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
