package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"ekc/internal/app"
	"ekc/internal/config"
	"ekc/knowledge"
)

type statusCommand struct {
	config.Storage
	config.Knowledge
	config.Models
	config.Logging
	JSON bool `name:"json" help:"Print one JSON array instead of a table."`
}

// Run shows the sets of vectors.
func (c *statusCommand) Run(ctx context.Context) (err error) {
	if err := firstOf(c.Storage.Validate(), c.Knowledge.Validate(), c.Models.Validate()); err != nil {
		return err
	}
	base, err := app.UseBase(ctx, c.Storage, c.Knowledge, c.Models, quiet(c.Logger(os.Stderr), c.LogLevel))
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, base.Close()) }()
	sets, err := base.VectorSets(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(sets)
	}
	return tellVectors(os.Stdout, sets)
}

func tellVectors(out io.Writer, sets []knowledge.VectorSet) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "EMBEDDER\tSTATE\tVERSIONS\tSOURCE") // Flush tells what goes wrong
	for _, s := range sets {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d of %d\t%s\n", s.Embedder, s.State, s.Done, s.Total, s.Source)
	}
	return w.Flush()
}
