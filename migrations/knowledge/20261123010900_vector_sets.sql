-- +goose Up
-- create "vector_sets" table
CREATE TABLE "vector_sets" ("id" character varying NOT NULL, "source" text NOT NULL, "dimensions" bigint NOT NULL, "state" character varying NOT NULL, "changed_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Written by hand: one set is searched and one is being built at most, and the sets that are there already. Until now every
-- base had the built-in embedder's; what others have left is removed, unless they are asked for again.
CREATE UNIQUE INDEX "vector_sets_one" ON "vector_sets" ("state") WHERE state <> 'retired';
INSERT INTO vector_sets (id, source, dimensions, state, changed_at) VALUES ('builtin-1-128', 'builtin', 128, 'active', now());
INSERT INTO vector_sets (id, source, dimensions, state, changed_at)
  SELECT embedder, '', min(vector_dims(vec)), 'retired', now() FROM embeddings WHERE embedder <> 'builtin-1-128' GROUP BY 1;

-- +goose Down
-- reverse: create "vector_sets" table
DROP TABLE "vector_sets";
