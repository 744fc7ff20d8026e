package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/pgvector/pgvector-go"
)

// Embedding is the vector of a version's question or of one of its phrasings, under one embedder. Vectors of several
// embedders live side by side, so that changing the embedder needs no downtime; each embedder has its own HNSW index.
type Embedding struct{ ent.Schema }

// Fields of an embedding.
func (Embedding) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.String("version_id").MaxLen(40).Immutable(),
		field.Int("unit").NonNegative().Immutable().Comment("0 is the question, n the n-th phrasing"),
		field.String("embedder").MaxLen(120).Immutable().Comment("name of the embedder, with its dimensions"),
		field.Other("vec", pgvector.Vector{}).Immutable().SchemaType(map[string]string{dialect.Postgres: "vector"}),
	}
}

// Edges of an embedding.
func (Embedding) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("version", RecordVersion.Type).Ref("embeddings").Field("version_id").Unique().Required().Immutable(),
	}
}

// Indexes of embeddings.
func (Embedding) Indexes() []ent.Index {
	return []ent.Index{index.Fields("version_id", "embedder", "unit").Unique()}
}
