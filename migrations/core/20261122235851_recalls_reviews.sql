-- +goose Up
-- drop index "assistantturn_interaction_id_created_at" from table: "assistant_turns"
DROP INDEX "assistantturn_interaction_id_created_at";
-- create index "assistantturn_interaction_id_created_at" to table: "assistant_turns"
CREATE INDEX "assistantturn_interaction_id_created_at" ON "assistant_turns" ("interaction_id", "created_at") INCLUDE ("decision", "reason", "record_id", "record_version_id");
-- create index "message_told_by_operator" to table: "messages"
CREATE INDEX "message_told_by_operator" ON "messages" USING gin ("citations" jsonb_path_ops) WHERE (((author)::text = 'OPERATOR'::text) AND (citations IS NOT NULL));
-- nothing has written these tables yet: what is not needed goes
ALTER TABLE "recall_persons" DROP COLUMN "outcome", DROP COLUMN "record_version_id";
ALTER TABLE "answer_reviews" DROP COLUMN "right", DROP COLUMN "comment";
-- modify "recall_persons" table
ALTER TABLE "recall_persons" ADD COLUMN "told_at" timestamptz NOT NULL, ADD COLUMN "state" character varying NOT NULL DEFAULT 'PENDING', ADD COLUMN "next_at" timestamptz NOT NULL, ADD COLUMN "message_id" character varying NULL, ADD COLUMN "settled_at" timestamptz NULL;
-- create index "recallperson_next_at" to table: "recall_persons"
CREATE INDEX "recallperson_next_at" ON "recall_persons" ("next_at") WHERE (((state)::text = 'PENDING'::text) OR ((state)::text = 'CALLING'::text));
-- create index "recallperson_recall_id_person" to table: "recall_persons"
CREATE UNIQUE INDEX "recallperson_recall_id_person" ON "recall_persons" ("recall_id", "person");
-- modify "recalls" table
ALTER TABLE "recalls" ADD COLUMN "agency_id" character varying NULL, ADD COLUMN "region_id" character varying NULL, ADD COLUMN "record_id" character varying NOT NULL, ADD COLUMN "reason" character varying NOT NULL, ADD COLUMN "state" character varying NOT NULL DEFAULT 'RUNNING', ADD COLUMN "listed_at" timestamptz NULL, ADD COLUMN "ended_at" timestamptz NULL, ADD COLUMN "cancelled_by" character varying NULL;
-- create index "recall_running" to table: "recalls"
CREATE UNIQUE INDEX "recall_running" ON "recalls" ("record_version_id") WHERE ((state)::text = 'RUNNING'::text);
-- create "answer_samples" table
CREATE TABLE "answer_samples" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "agency_id" character varying NULL, "region_id" character varying NULL, "from" timestamptz NOT NULL, "to" timestamptz NOT NULL, "size" bigint NOT NULL, "population" bigint NOT NULL, "seed" character varying NOT NULL, "account_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "answersample_created_at" to table: "answer_samples"
CREATE INDEX "answersample_created_at" ON "answer_samples" ("created_at");
-- create "duties" table
CREATE TABLE "duties" ("id" character varying NOT NULL, "holder" character varying NOT NULL, "held_until" timestamptz NOT NULL, "done_at" timestamptz NULL, PRIMARY KEY ("id"));
-- drop index "answerreview_turn_id" from table: "answer_reviews"
DROP INDEX "answerreview_turn_id";
-- modify "answer_reviews" table
ALTER TABLE "answer_reviews" ALTER COLUMN "account_id" DROP NOT NULL, ADD COLUMN "position" bigint NOT NULL, ADD COLUMN "agency_id" character varying NULL, ADD COLUMN "topic" character varying NULL, ADD COLUMN "verdict" character varying NULL, ADD COLUMN "note" character varying NULL, ADD COLUMN "judged_at" timestamptz NULL, ADD COLUMN "sample_id" character varying NOT NULL, ADD CONSTRAINT "answer_reviews_answer_samples_reviews" FOREIGN KEY ("sample_id") REFERENCES "answer_samples" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION;
-- create index "answerreview_turn_id" to table: "answer_reviews"
CREATE INDEX "answerreview_turn_id" ON "answer_reviews" ("turn_id");
-- create index "answerreview_judged_at" to table: "answer_reviews"
CREATE INDEX "answerreview_judged_at" ON "answer_reviews" ("judged_at");
-- create index "answerreview_sample_id_position" to table: "answer_reviews"
CREATE UNIQUE INDEX "answerreview_sample_id_position" ON "answer_reviews" ("sample_id", "position");

-- +goose Down
-- reverse: create index "answerreview_sample_id_position" to table: "answer_reviews"
DROP INDEX "answerreview_sample_id_position";
-- reverse: create index "answerreview_judged_at" to table: "answer_reviews"
DROP INDEX "answerreview_judged_at";
-- reverse: create index "answerreview_turn_id" to table: "answer_reviews"
DROP INDEX "answerreview_turn_id";
-- reverse: modify "answer_reviews" table
ALTER TABLE "answer_reviews" DROP CONSTRAINT "answer_reviews_answer_samples_reviews", DROP COLUMN "sample_id", DROP COLUMN "judged_at", DROP COLUMN "note", DROP COLUMN "verdict", DROP COLUMN "topic", DROP COLUMN "agency_id", DROP COLUMN "position", ALTER COLUMN "account_id" SET NOT NULL;
-- reverse: drop index "answerreview_turn_id" from table: "answer_reviews"
CREATE UNIQUE INDEX "answerreview_turn_id" ON "answer_reviews" ("turn_id");
-- reverse: create "duties" table
DROP TABLE "duties";
-- reverse: create index "answersample_created_at" to table: "answer_samples"
DROP INDEX "answersample_created_at";
-- reverse: create "answer_samples" table
DROP TABLE "answer_samples";
-- reverse: create index "recall_running" to table: "recalls"
DROP INDEX "recall_running";
-- reverse: modify "recalls" table
ALTER TABLE "recalls" DROP COLUMN "cancelled_by", DROP COLUMN "ended_at", DROP COLUMN "listed_at", DROP COLUMN "state", DROP COLUMN "reason", DROP COLUMN "record_id", DROP COLUMN "region_id", DROP COLUMN "agency_id";
-- reverse: create index "recallperson_recall_id_person" to table: "recall_persons"
DROP INDEX "recallperson_recall_id_person";
-- reverse: create index "recallperson_next_at" to table: "recall_persons"
DROP INDEX "recallperson_next_at";
-- reverse: modify "recall_persons" table
ALTER TABLE "recall_persons" DROP COLUMN "settled_at", DROP COLUMN "message_id", DROP COLUMN "next_at", DROP COLUMN "state", DROP COLUMN "told_at";
-- reverse: what was not needed
ALTER TABLE "answer_reviews" ADD COLUMN "right" boolean NOT NULL DEFAULT false, ADD COLUMN "comment" character varying NULL;
ALTER TABLE "recall_persons" ADD COLUMN "record_version_id" character varying NOT NULL DEFAULT '', ADD COLUMN "outcome" character varying NOT NULL DEFAULT 'LISTED';
CREATE UNIQUE INDEX "recallperson_record_version_id_person" ON "recall_persons" ("record_version_id", "person");
-- reverse: create index "message_told_by_operator" to table: "messages"
DROP INDEX "message_told_by_operator";
-- reverse: create index "assistantturn_interaction_id_created_at" to table: "assistant_turns"
DROP INDEX "assistantturn_interaction_id_created_at";
-- reverse: drop index "assistantturn_interaction_id_created_at" from table: "assistant_turns"
CREATE INDEX "assistantturn_interaction_id_created_at" ON "assistant_turns" ("interaction_id", "created_at");
