package main

import (
	"os"

	"ekc/internal/dataclass"
)

type dataCommands struct {
	Classes dataClassesCommand `cmd:"" help:"Print the class of every column, from public to secret, as a Markdown table."`
	Copy    dataCopyCommand    `cmd:"" help:"Write the copy of a citizen's data that an approved request asks for: a ZIP with JSON, attachments and recordings."`
}

type dataClassesCommand struct{}

// Run prints the classes.
func (*dataClassesCommand) Run() error { return dataclass.Table(os.Stdout) }
