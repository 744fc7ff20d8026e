-- +goose Up
-- create "bench_cases" table
CREATE TABLE "bench_cases" ("id" character varying NOT NULL, "query" text NOT NULL, "region" character varying NOT NULL DEFAULT '', "agency" character varying NOT NULL DEFAULT '', "record_id" character varying NOT NULL DEFAULT '', "created_by" character varying NOT NULL DEFAULT '', "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "benchcase_agency" to table: "bench_cases"
CREATE INDEX "benchcase_agency" ON "bench_cases" ("agency");
-- create index "benchcase_query_region" to table: "bench_cases"
CREATE UNIQUE INDEX "benchcase_query_region" ON "bench_cases" ("query", "region");
-- create "feedbacks" table
CREATE TABLE "feedbacks" ("id" character varying NOT NULL, "version_id" character varying NOT NULL, "record_id" character varying NOT NULL, "author" character varying NOT NULL, "answer" character varying NOT NULL, "verdict" character varying NOT NULL, "comment" text NOT NULL DEFAULT '', "given_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "feedback_author_answer_version_id" to table: "feedbacks"
CREATE UNIQUE INDEX "feedback_author_answer_version_id" ON "feedbacks" ("author", "answer", "version_id");
-- create index "feedback_given_at" to table: "feedbacks"
CREATE INDEX "feedback_given_at" ON "feedbacks" ("given_at");
-- create index "feedback_version_id" to table: "feedbacks"
CREATE INDEX "feedback_version_id" ON "feedbacks" ("version_id");
-- create "gaps" table
CREATE TABLE "gaps" ("id" character varying NOT NULL, "leader" text NOT NULL, "embedder" character varying NOT NULL, "vec" vector NOT NULL, "state" character varying NOT NULL DEFAULT 'open', "record_id" character varying NOT NULL DEFAULT '', "reason" text NOT NULL DEFAULT '', "decided_by" character varying NOT NULL DEFAULT '', "decided_at" timestamptz NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "gap_state" to table: "gaps"
CREATE INDEX "gap_state" ON "gaps" ("state");
-- create "proposals" table
CREATE TABLE "proposals" ("id" character varying NOT NULL, "version_id" character varying NOT NULL DEFAULT '', "record_id" character varying NOT NULL DEFAULT '', "question" text NOT NULL, "answer" text NOT NULL, "comment" text NOT NULL DEFAULT '', "agency" character varying NOT NULL DEFAULT '', "region" character varying NOT NULL DEFAULT '', "interaction_id" character varying NOT NULL DEFAULT '', "author_id" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'proposed', "steps" jsonb NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "proposal_author_id" to table: "proposals"
CREATE INDEX "proposal_author_id" ON "proposals" ("author_id");
-- create index "proposal_interaction_id" to table: "proposals"
CREATE INDEX "proposal_interaction_id" ON "proposals" ("interaction_id");
-- create index "proposal_state_agency" to table: "proposals"
CREATE INDEX "proposal_state_agency" ON "proposals" ("state", "agency");
-- create "gap_questions" table
CREATE TABLE "gap_questions" ("id" character varying NOT NULL, "text" text NOT NULL, "citizen" character varying NOT NULL, "agency" character varying NOT NULL DEFAULT '', "region" character varying NOT NULL DEFAULT '', "topic" text NOT NULL DEFAULT '', "cause" character varying NOT NULL, "asked_at" timestamptz NOT NULL, "gap_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "gap_questions_gaps_questions" FOREIGN KEY ("gap_id") REFERENCES "gaps" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "gapquestion_asked_at" to table: "gap_questions"
CREATE INDEX "gapquestion_asked_at" ON "gap_questions" ("asked_at");
-- create index "gapquestion_gap_id_asked_at" to table: "gap_questions"
CREATE INDEX "gapquestion_gap_id_asked_at" ON "gap_questions" ("gap_id", "asked_at");

-- +goose Down
-- reverse: create index "gapquestion_gap_id_asked_at" to table: "gap_questions"
DROP INDEX "gapquestion_gap_id_asked_at";
-- reverse: create index "gapquestion_asked_at" to table: "gap_questions"
DROP INDEX "gapquestion_asked_at";
-- reverse: create "gap_questions" table
DROP TABLE "gap_questions";
-- reverse: create index "proposal_state_agency" to table: "proposals"
DROP INDEX "proposal_state_agency";
-- reverse: create index "proposal_interaction_id" to table: "proposals"
DROP INDEX "proposal_interaction_id";
-- reverse: create index "proposal_author_id" to table: "proposals"
DROP INDEX "proposal_author_id";
-- reverse: create "proposals" table
DROP TABLE "proposals";
-- reverse: create index "gap_state" to table: "gaps"
DROP INDEX "gap_state";
-- reverse: create "gaps" table
DROP TABLE "gaps";
-- reverse: create index "feedback_version_id" to table: "feedbacks"
DROP INDEX "feedback_version_id";
-- reverse: create index "feedback_given_at" to table: "feedbacks"
DROP INDEX "feedback_given_at";
-- reverse: create index "feedback_author_answer_version_id" to table: "feedbacks"
DROP INDEX "feedback_author_answer_version_id";
-- reverse: create "feedbacks" table
DROP TABLE "feedbacks";
-- reverse: create index "benchcase_query_region" to table: "bench_cases"
DROP INDEX "benchcase_query_region";
-- reverse: create index "benchcase_agency" to table: "bench_cases"
DROP INDEX "benchcase_agency";
-- reverse: create "bench_cases" table
DROP TABLE "bench_cases";
