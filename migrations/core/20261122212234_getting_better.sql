-- +goose Up
-- create "answer_reviews" table
CREATE TABLE "answer_reviews" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "turn_id" character varying NOT NULL, "right" boolean NOT NULL, "comment" character varying NULL, "account_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "answerreview_turn_id" to table: "answer_reviews"
CREATE UNIQUE INDEX "answerreview_turn_id" ON "answer_reviews" ("turn_id");
-- create "recalls" table
CREATE TABLE "recalls" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "record_version_id" character varying NOT NULL, "text" character varying NOT NULL, "account_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "recall_record_version_id" to table: "recalls"
CREATE INDEX "recall_record_version_id" ON "recalls" ("record_version_id");
-- create "recall_persons" table
CREATE TABLE "recall_persons" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "record_version_id" character varying NOT NULL, "person" character varying NOT NULL, "interaction_id" character varying NOT NULL, "outcome" character varying NOT NULL, "callback_id" character varying NULL, "recall_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "recall_persons_recalls_people" FOREIGN KEY ("recall_id") REFERENCES "recalls" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "recallperson_record_version_id_person" to table: "recall_persons"
CREATE UNIQUE INDEX "recallperson_record_version_id_person" ON "recall_persons" ("record_version_id", "person");

-- +goose Down
-- reverse: create index "recallperson_record_version_id_person" to table: "recall_persons"
DROP INDEX "recallperson_record_version_id_person";
-- reverse: create "recall_persons" table
DROP TABLE "recall_persons";
-- reverse: create index "recall_record_version_id" to table: "recalls"
DROP INDEX "recall_record_version_id";
-- reverse: create "recalls" table
DROP TABLE "recalls";
-- reverse: create index "answerreview_turn_id" to table: "answer_reviews"
DROP INDEX "answerreview_turn_id";
-- reverse: create "answer_reviews" table
DROP TABLE "answer_reviews";
