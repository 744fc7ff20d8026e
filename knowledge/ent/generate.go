// Package ent is the data model of the question base: hand-written entities in schema/, everything else generated from them.
// Package ent is the data model of the question base: hand-written entities in schema/, everything else generated from them.
package ent

//go:generate go tool ent generate --feature sql/execquery ./schema
