package graph

import (
	"encoding/json"

	"entgo.io/ent/dialect/sql"

	"ekc/ent/assistantturn"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/predicate"
)

// told selects the interactions in which the citizen was told a version: by Yana, whose turns keep it, on any channel; or by an
// operator, whose message cites it.
func told(versionID string) predicate.Interaction {
	cited, err := json.Marshal([]map[string]string{{"versionId": versionID}})
	if err != nil { // text has a form in JSON
		cited = []byte(`[]`)
	}
	return interaction.Or(
		interaction.HasTurnsWith(assistantturn.RecordVersionID(versionID)),
		interaction.HasMessagesWith(message.AuthorEQ(message.AuthorOperator), func(s *sql.Selector) {
			s.Where(sql.P(func(b *sql.Builder) {
				b.Ident(s.C(message.FieldCitations)).WriteString(" @> ").Arg(string(cited)).WriteString("::jsonb")
			}))
		}),
	)
}
