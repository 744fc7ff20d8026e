package main

import (
	"os"

	"ekc/access"
)

type rightsCommand struct{}

// Run prints the matrix of rights, which needs no database.
func (*rightsCommand) Run() error { return access.Matrix(os.Stdout) }
