package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
	"ekc/internal/voice/carrier"
)

// Trunk is a line to a carrier: whom calls come from and how calls leave.
type Trunk struct{ ent.Schema }

// Mixin of the entity.
func (Trunk) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "trk"}} }

// Fields of the entity. The carrier's passwords are kept as they are: we answer its challenges and check its answers to ours.
func (Trunk) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(200).Unique(),
		field.Bool("active").Default(true),
		field.Int("preference").Default(100).Range(0, 1000).Comment("of the active ones the lowest is the default way out"),
		field.JSON("sources", []string{}).Comment("addresses and networks of the carrier's requests"),
		field.String("proxy").NotEmpty().MaxLen(255).Comment("host or host:port that our requests go to"),
		field.String("domain").Optional().MaxLen(255),
		field.Enum("transport").NamedValues("UDP", "UDP", "TCP", "TCP", "TLS", "TLS").Default("UDP"),
		field.String("username").Optional().MaxLen(100),
		field.String("password").Optional().MaxLen(200).Sensitive(),
		field.String("inbound_username").Optional().MaxLen(100),
		field.String("inbound_password").Optional().MaxLen(200).Sensitive(),
		field.Bool("trusted").Default(false).Comment("P-Asserted-Identity of this carrier is true (RFC 3325)"),
		field.JSON("numbers_in", []carrier.PrefixRule{}).Optional().Comment("what the carrier sends, to E.164"),
		field.JSON("numbers_out", []carrier.PrefixRule{}).Optional().Comment("E.164, to what the carrier wants"),
		field.JSON("codecs", []string{}).Optional().Comment("in order of preference; empty: the default"),
		field.Enum("srtp").NamedValues("Off", "OFF", "Optional", "OPTIONAL", "Required", "REQUIRED").Default("OPTIONAL"),
		field.Bool("symmetric_media").Default(false).Comment("the carrier sends sound from where its SDP receives it (RFC 4961)"),
		field.Int("session_expires_seconds").Default(0).Range(0, 86400).Comment("RFC 4028; 0: only when the carrier asks"),
		field.Bool("reliable").Default(false).Comment("reliable provisional answers (RFC 3262)"),
		field.Int("keep_alive_seconds").Default(30).Range(0, 3600).Comment("interval of OPTIONS; 0: none"),
		field.String("caller_number").Optional().MaxLen(20).Comment("E.164, shown when the agency has no number of its own"),
	}
}

// Annotations of the entity.
func (Trunk) Annotations() []schema.Annotation { return connection("trunks") }

// Policy of the entity.
func (Trunk) Policy() ent.Policy { return policy.Trunk() }
