// Package knowledge owns the question base: records and their versions, phrasings, topics, import, search and the
// decision whether a found record may be given as an answer. It keeps its own tables (knowledge/ent, migrations/knowledge)
// and its own search index; Postgres is the truth, the index in memory follows it.
//
// Other packages use the Service interface only. Its arguments and results are plain values, so that the same interface
// can be served over Connect RPC by cmd/knowledge.
//
// The package imports neither graph nor another domain; internal packages are fine.
package knowledge
