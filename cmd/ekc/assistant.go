package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"ekc/assistant"
	"ekc/internal/app"
	"ekc/internal/config"
)

type assistantCommands struct {
	Replay replayCommand `cmd:"" help:"Make kept turns of Yana again with today's base, say nothing to anybody, and print what differs. Works while serve runs. Exit status: 0 nothing differs; 3 something does."`
}

type replayCommand struct {
	config.Storage
	config.Knowledge
	config.Models
	config.Logging
	ID string `arg:"" help:"A turn (assistantTurns { id }), or an interaction for all of its turns." placeholder:"ID"`
}

// Run replays the turns.
func (c *replayCommand) Run(ctx context.Context) (err error) {
	if err := firstOf(c.Storage.Validate(), c.Knowledge.Validate(), c.Models.Validate()); err != nil {
		return err
	}
	replayer, err := app.OpenReplayer(ctx, c.Storage, c.Knowledge, c.Models, quiet(c.Logger(os.Stderr), c.LogLevel))
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, replayer.Close(context.WithoutCancel(ctx))) }()
	ids := []string{c.ID}
	if !strings.HasPrefix(c.ID, "trn_") {
		if ids, err = replayer.Turns(ctx, c.ID); err != nil {
			return err
		}
	}
	differ := false
	for _, id := range ids {
		r, err := replayer.Turn(ctx, id)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		tellReplay(os.Stdout, r)
		differ = differ || len(r.Differences) > 0
	}
	if differ {
		return exitStatus(statusPartial)
	}
	return nil
}

// tellReplay prints a turn then and now; what the citizen wrote stays in the database.
func tellReplay(to io.Writer, r assistant.Replay) {
	differences := "nothing"
	if len(r.Differences) > 0 {
		differences = strings.Join(r.Differences, ", ")
	}
	then, now := r.Then, r.Now
	// A failure to print shows in the exit status of the pipe that broke.
	_, _ = fmt.Fprintf(to, "%s  %s\n  then     %s (%s) %s, thresholds %.3f %.3f\n  now      %s (%s) %s, thresholds %.3f %.3f\n  differs  %s\n",
		then.ID, then.CreatedAt.UTC().Format("2006-01-02 15:04:05"),
		then.Decision, then.Reason, told(then.RecordID, then.RecordVersionID), then.Trace.AnswerAt, then.Trace.ClarifyAt,
		now.Decision, now.Reason, told(now.RecordID, now.VersionID), now.Trace.AnswerAt, now.Trace.ClarifyAt, differences)
}

func told(record, version string) string {
	if record == "" {
		return "no record"
	}
	return record + " " + version
}
