package knowledge

import (
	"context"
	"fmt"
)

// The states of a VectorSet, words of the contract.
const (
	// VectorsActive are searched by every node.
	VectorsActive = setActive
	// VectorsBuilding are being made beside them; they become active when every published version has its own.
	VectorsBuilding = setBuilding
	// VectorsRetired were active, or given up, and are removed after a while.
	VectorsRetired = setRetired
)

// VectorSet tells how far the vectors of one embedder are.
type VectorSet struct {
	// Embedder is its name, with the dimensions of its vectors.
	Embedder string `json:"embedder"`
	// Source is where it comes from: "builtin", "openai:MODEL", "onnx:FOLDER"; may be empty.
	Source     string `json:"source"`
	Dimensions int    `json:"dimensions"`
	State      string `json:"state"`
	// Done of the Total published versions have their vectors.
	Done  int `json:"done"`
	Total int `json:"total"`
}

// VectorWatcher is a base that tells how far its vectors are: a Base, or the client of one.
type VectorWatcher interface {
	// VectorSets lists the sets of vectors: the active one first, then the one being built, then those to be removed.
	VectorSets(ctx context.Context) ([]VectorSet, error)
}

// VectorSets is part of VectorWatcher. It counts every vector: for people who look now and then.
func (b *Base) VectorSets(ctx context.Context) ([]VectorSet, error) {
	rows, err := b.db.QueryContext(ctx, `
		WITH live AS (SELECT id FROM record_versions WHERE status = 'published')
		SELECT s.id, s.source, s.dimensions, s.state, (SELECT count(*) FROM live),
		       (SELECT count(*) FROM live WHERE EXISTS (SELECT FROM embeddings e WHERE e.version_id = live.id AND e.embedder = s.id))
		FROM vector_sets s ORDER BY s.state, s.id`)
	if err != nil {
		return nil, fmt.Errorf("list the sets of vectors: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []VectorSet
	for rows.Next() {
		var s VectorSet
		if err := rows.Scan(&s.Embedder, &s.Source, &s.Dimensions, &s.State, &s.Total, &s.Done); err != nil {
			return nil, fmt.Errorf("list the sets of vectors: %w", err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
