-- +goose Up
-- modify "bench_cases" table
ALTER TABLE "bench_cases" ADD COLUMN "source" character varying NOT NULL DEFAULT 'hand';

-- +goose Down
-- reverse: modify "bench_cases" table
ALTER TABLE "bench_cases" DROP COLUMN "source";
