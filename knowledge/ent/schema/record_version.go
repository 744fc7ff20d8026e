package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// LegalBasis is one act and article that an answer rests on, as stored.
type LegalBasis struct {
	Act     string `json:"act"`
	Article string `json:"article"`
}

// Link is a page that an answer points to, as stored.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// File is a file that an answer gives along, as stored; the centre keeps its bytes.
type File struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
}

// RecordVersion is the content of a record at one time. After publication only its status changes.
type RecordVersion struct{ ent.Schema }

// Fields of a version.
func (RecordVersion) Fields() []ent.Field {
	date := map[string]string{dialect.Postgres: "date"}
	return []ent.Field{
		field.String("id").MaxLen(40).Immutable(),
		field.String("record_id").MaxLen(100).Immutable(),
		field.Int("number").Positive().Immutable().Comment("from 1, within the record"),
		field.Enum("status").Values("draft", "review", "approved", "published", "archived"),
		field.Int("revision").Default(1).Positive().Comment("counts the changes of the version, so that nobody overwrites another's unseen"),
		field.Text("question"),
		field.Text("answer"),
		field.Text("short").Default("").Comment("the answer for the phone, at most 300 characters"),
		field.String("topic_id").MaxLen(40).Optional().Nillable(),
		field.JSON("legal_basis", []LegalBasis{}).Default([]LegalBasis{}),
		field.JSON("tags", []string{}).Default([]string{}).Annotations(entsql.DefaultExpr("'[]'")),
		field.JSON("links", []Link{}).Default([]Link{}).Annotations(entsql.DefaultExpr("'[]'")),
		field.JSON("files", []File{}).Default([]File{}).Annotations(entsql.DefaultExpr("'[]'")),
		field.JSON("authors", []string{}).Default([]string{}).Annotations(entsql.DefaultExpr("'[]'")).
			Comment("accounts that wrote it; none of them may review it"),
		field.String("reviewer").MaxLen(40).Default("").Comment("account that approved it"),
		field.String("based_on").MaxLen(40).Default("").
			Comment("version that was published when this one was begun; it can only replace that one"),
		field.Time("publish_on").SchemaType(date).Optional().Nillable().Comment("day on which an approved version comes into force by itself"),
		field.Time("valid_from").SchemaType(date).Optional().Nillable(),
		field.Time("valid_to").SchemaType(date).Optional().Nillable().Comment("the last day in force"),
		field.Bool("intent").Default(false).Comment("Yana may answer with it by herself"),
		field.Bool("personal").Default(false).Comment("about the citizen's own case, for line 2"),
		field.Text("source").Default(""),
		field.Text("license").Default(""),
		field.Bytes("content_hash").MaxLen(32).Comment("SHA-256 over all content, phrasings included"),
		field.Time("created_at").Default(time.Now).Immutable(),
		field.Time("published_at").Optional().Nillable(),
	}
}

// Edges of a version.
func (RecordVersion) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("record", Record.Type).Ref("versions").Field("record_id").Unique().Required().Immutable(),
		edge.From("topic", Topic.Type).Ref("versions").Field("topic_id").Unique(),
		edge.To("phrasings", Phrasing.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("embeddings", Embedding.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of versions: numbers are unique, one version of a record at most is published, and one at most
// is being worked on.
func (RecordVersion) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("record_id", "number").Unique(),
		index.Fields("record_id").Unique().StorageKey("record_versions_one_published").
			Annotations(entsql.IndexWhere("status = 'published'")),
		index.Fields("record_id").Unique().StorageKey("record_versions_one_open").
			Annotations(entsql.IndexWhere("status <> 'published' AND status <> 'archived'")),
		index.Fields("publish_on").StorageKey("record_versions_scheduled").
			Annotations(entsql.IndexWhere("publish_on IS NOT NULL")),
		index.Fields("legal_basis").StorageKey("record_versions_acts").
			Annotations(entsql.IndexType("GIN"), entsql.OpClass("jsonb_path_ops")),
		index.Fields("tags").StorageKey("record_versions_tags").Annotations(entsql.IndexType("GIN")),
		index.Fields("topic_id"),
	}
}
