package main

import (
	"os"

	"ekc/internal/dataclass"
)

type dataCommands struct {
	Classes dataClassesCommand `cmd:"" help:"Print the class of every column, from public to secret, as a Markdown table."`
}

type dataClassesCommand struct{}

// Run prints the classes.
func (*dataClassesCommand) Run() error { return dataclass.Table(os.Stdout) }
