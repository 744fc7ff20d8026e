-- +goose Up
-- modify "callbacks" table
ALTER TABLE "callbacks" ALTER COLUMN "number" DROP NOT NULL, ADD COLUMN "number_sealed" bytea NULL, ADD COLUMN "number_index" bytea NULL;
-- create index "callback_number_index" to table: "callbacks"
CREATE INDEX "callback_number_index" ON "callbacks" ("number_index") WHERE (((state)::text = 'WAITING'::text) OR ((state)::text = 'DIALLING'::text));
-- modify "calls" table
ALTER TABLE "calls" ADD COLUMN "citizen_sealed" bytea NULL;

-- +goose Down
-- reverse: modify "calls" table
ALTER TABLE "calls" DROP COLUMN "citizen_sealed";
-- reverse: create index "callback_number_index" to table: "callbacks"
DROP INDEX "callback_number_index";
-- reverse: modify "callbacks" table
ALTER TABLE "callbacks" DROP COLUMN "number_index", DROP COLUMN "number_sealed", ALTER COLUMN "number" SET NOT NULL;
