package graph

import (
	"encoding/json"

	"entgo.io/ent/dialect/sql"

	"ekc/ent/interaction"
	"ekc/ent/predicate"
)

// told selects the interactions in which the citizen was told a version: by Yana, whose turns keep it, on any channel; or by an
// operator, whose message cites it. Each half has an index; the author stands in the text, or Postgres could not tell that it applies.
func told(versionID string) predicate.Interaction {
	cited, err := json.Marshal([]map[string]string{{"versionId": versionID}})
	if err != nil { // text has a form in JSON
		cited = []byte(`[]`)
	}
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(interaction.FieldID)).WriteString(" IN (SELECT interaction_id FROM assistant_turns WHERE record_version_id = ").
				Arg(versionID).WriteString(" UNION SELECT interaction_id FROM messages WHERE author = 'OPERATOR' AND citations @> ").
				Arg(string(cited)).WriteString("::jsonb)")
		}))
	}
}
