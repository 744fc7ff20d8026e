-- +goose Up
-- modify "evaluation_form_versions" table
ALTER TABLE "evaluation_form_versions" ADD COLUMN "decide_days" bigint NOT NULL DEFAULT 5;
-- modify "evaluations" table
ALTER TABLE "evaluations" ADD COLUMN "decide_until" timestamptz NULL;
-- create index "evaluation_decide_until" to table: "evaluations"
CREATE INDEX "evaluation_decide_until" ON "evaluations" ("decide_until") WHERE ((state)::text = 'CONTESTED'::text);
-- drop index "segment_account_id_started_at" from table: "segments"
DROP INDEX "segment_account_id_started_at";
-- create index "segment_account_id_started_at" to table: "segments"
CREATE INDEX "segment_account_id_started_at" ON "segments" ("account_id", "started_at") INCLUDE ("interaction_id", "kind") WHERE (account_id IS NOT NULL);

-- +goose Down
-- reverse: create index "segment_account_id_started_at" to table: "segments"
DROP INDEX "segment_account_id_started_at";
-- reverse: drop index "segment_account_id_started_at" from table: "segments"
CREATE INDEX "segment_account_id_started_at" ON "segments" ("account_id", "started_at") WHERE (account_id IS NOT NULL);
-- reverse: create index "evaluation_decide_until" to table: "evaluations"
DROP INDEX "evaluation_decide_until";
-- reverse: modify "evaluations" table
ALTER TABLE "evaluations" DROP COLUMN "decide_until";
-- reverse: modify "evaluation_form_versions" table
ALTER TABLE "evaluation_form_versions" DROP COLUMN "decide_days";
