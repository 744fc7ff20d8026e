-- +goose Up
-- modify "record_events" table
ALTER TABLE "record_events" ADD COLUMN "differences" jsonb NULL;

-- +goose Down
-- reverse: modify "record_events" table
ALTER TABLE "record_events" DROP COLUMN "differences";
