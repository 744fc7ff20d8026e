// Package ent is the data model of the core: hand-written entities in schema/, everything else generated from them.
package ent

//go:generate go run entc.go
