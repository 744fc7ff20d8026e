package knowledge

import (
	"context"

	"github.com/lib/pq"

	"ekc/internal/ids"
)

// listed is a topic's name in the list of an agency.
type listed struct{ agency, name string }

// topics finds the topics that rows name, and gives the rows the names that they bear now: one that was merged leads to the other. A new
// one is put into the list of its record's agency: a file is how a base comes.
func (w *writer) topics(ctx context.Context, rows []*row) (map[listed]string, error) {
	wanted := make(map[listed]bool)
	for _, r := range rows {
		if r.Topic != "" {
			wanted[listed{r.Agency, r.Topic}] = true
		}
	}
	var agency, name, id []string
	for l := range wanted {
		agency, name, id = append(agency, l.agency), append(name, l.name), append(id, ids.New("top"))
	}
	found, err := w.tx.QueryContext(ctx, `
		WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS w(agency, name, id)),
		known AS (
			SELECT DISTINCT ON (w.agency, w.name) w.agency, w.name, COALESCE(m.id, t.id) AS id, COALESCE(m.name, t.name) AS called
			FROM wanted w JOIN topics t ON t.name = w.name AND t.agency IN (w.agency, '') LEFT JOIN topics m ON m.id = t.merged_into
			ORDER BY w.agency, w.name, t.agency DESC),
		made AS (
			INSERT INTO topics (id, agency, name, created_at)
			SELECT w.id, w.agency, w.name, $4 FROM wanted w WHERE NOT EXISTS (SELECT FROM known k WHERE (k.agency, k.name) = (w.agency, w.name))
			RETURNING agency, name, id)
		SELECT agency, name, id, called FROM known UNION ALL SELECT agency, name, id, name FROM made`,
		pq.Array(agency), pq.Array(name), pq.Array(id), w.base.clock())
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	topics, called := make(map[listed]string), make(map[listed]string)
	for found.Next() {
		var l listed
		var id, now string
		if err := found.Scan(&l.agency, &l.name, &id, &now); err != nil {
			return nil, err
		}
		topics[listed{l.agency, now}], called[l] = id, now
	}
	for _, r := range rows {
		if r.Topic != "" {
			r.Topic = called[listed{r.Agency, r.Topic}]
		}
	}
	return topics, found.Err()
}
