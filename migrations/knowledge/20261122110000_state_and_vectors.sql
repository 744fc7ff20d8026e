-- +goose Up
-- Written by hand: the row that counts changes, and the vector index of the built-in embedder. Other embedders get theirs
-- when they are first configured; each index covers the vectors of one embedder only.
INSERT INTO base_states (id, revision) VALUES (1, 0);
CREATE INDEX embeddings_builtin_hnsw ON embeddings
  USING hnsw ((vec::vector(128)) vector_cosine_ops) WITH (m = 8, ef_construction = 32)
  WHERE embedder = 'builtin-1-128';

-- +goose Down
DROP INDEX embeddings_builtin_hnsw;
DELETE FROM base_states;
