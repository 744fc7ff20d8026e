-- +goose Up
-- Types that the schema needs; written by hand, because the diff does not create extensions.
CREATE EXTENSION IF NOT EXISTS vector;

-- +goose Down
DROP EXTENSION IF EXISTS vector;
