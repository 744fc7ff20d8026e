-- +goose Up
-- drop index "segment_account_id_started_at" from table: "segments"
DROP INDEX "segment_account_id_started_at";
-- create index "segment_account_id_started_at" to table: "segments"
CREATE INDEX "segment_account_id_started_at" ON "segments" ("account_id", "started_at") WHERE (account_id IS NOT NULL);
-- create index "segment_account_id_interaction_id" to table: "segments"
CREATE INDEX "segment_account_id_interaction_id" ON "segments" ("account_id", "interaction_id") INCLUDE ("kind") WHERE (account_id IS NOT NULL);

-- +goose Down
-- reverse: create index "segment_account_id_interaction_id" to table: "segments"
DROP INDEX "segment_account_id_interaction_id";
-- reverse: create index "segment_account_id_started_at" to table: "segments"
DROP INDEX "segment_account_id_started_at";
-- reverse: drop index "segment_account_id_started_at" from table: "segments"
CREATE INDEX "segment_account_id_started_at" ON "segments" ("account_id", "started_at") INCLUDE ("interaction_id", "kind") WHERE (account_id IS NOT NULL);
