-- +goose Up
-- modify "calls" table
ALTER TABLE "calls" ADD COLUMN "consult_note" character varying NULL;

-- +goose Down
-- reverse: modify "calls" table
ALTER TABLE "calls" DROP COLUMN "consult_note";
