// Package schema is the data model of the question base; the rest of knowledge/ent is generated from it.
package schema
