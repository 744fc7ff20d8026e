-- +goose Up
-- create "rollout_waves" table
CREATE TABLE "rollout_waves" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "number" bigint NOT NULL, "starts_on" character varying NOT NULL, "ends_on" character varying NOT NULL, "planned_sites" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "rollout_waves_number_key" to table: "rollout_waves"
CREATE UNIQUE INDEX "rollout_waves_number_key" ON "rollout_waves" ("number");
-- create "courses" table
CREATE TABLE "courses" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "line" bigint NULL, "title" character varying NOT NULL, "onboarding" boolean NOT NULL DEFAULT false, "validity_days" bigint NOT NULL DEFAULT 365, "published" bigint NOT NULL DEFAULT 0, "author_id" character varying NOT NULL, "retired_at" timestamptz NULL, "agency_id" character varying NULL, "region_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "courses_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "courses_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create "admissions" table
CREATE TABLE "admissions" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "attempt_id" character varying NULL, "granted_by" character varying NULL, "reason" character varying NULL, "valid_from" timestamptz NOT NULL, "valid_to" timestamptz NULL, "revoked_at" timestamptz NULL, "revoked_by" character varying NULL, "revocation" character varying NULL, "account_id" character varying NOT NULL, "course_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "admissions_accounts_account" FOREIGN KEY ("account_id") REFERENCES "accounts" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "admissions_courses_course" FOREIGN KEY ("course_id") REFERENCES "courses" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "admission_account_id_course_id" to table: "admissions"
CREATE INDEX "admission_account_id_course_id" ON "admissions" ("account_id", "course_id");
-- create index "admission_course_id" to table: "admissions"
CREATE INDEX "admission_course_id" ON "admissions" ("course_id");
-- create "course_versions" table
CREATE TABLE "course_versions" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "number" bigint NOT NULL, "revision" bigint NOT NULL DEFAULT 1, "content" jsonb NOT NULL, "pass_percent" bigint NOT NULL DEFAULT 80, "time_limit_minutes" bigint NOT NULL DEFAULT 60, "max_attempts" bigint NOT NULL DEFAULT 3, "author_id" character varying NOT NULL, "published_at" timestamptz NULL, "published_by" character varying NULL, "course_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "course_versions_courses_course" FOREIGN KEY ("course_id") REFERENCES "courses" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "course_version_draft" to table: "course_versions"
CREATE UNIQUE INDEX "course_version_draft" ON "course_versions" ("course_id") WHERE (published_at IS NULL);
-- create index "courseversion_course_id_number" to table: "course_versions"
CREATE UNIQUE INDEX "courseversion_course_id_number" ON "course_versions" ("course_id", "number");
-- modify "sites" table
ALTER TABLE "sites" ADD COLUMN "need" jsonb NULL, ADD COLUMN "ready_at" timestamptz NULL, ADD COLUMN "launched_at" timestamptz NULL;
-- modify "queues" table
ALTER TABLE "queues" ADD COLUMN "site_id" character varying NULL, ADD CONSTRAINT "queues_sites_site" FOREIGN KEY ("site_id") REFERENCES "sites" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- create "queue_required_courses" table
CREATE TABLE "queue_required_courses" ("queue_id" character varying NOT NULL, "course_id" character varying NOT NULL, PRIMARY KEY ("queue_id", "course_id"), CONSTRAINT "queue_required_courses_course_id" FOREIGN KEY ("course_id") REFERENCES "courses" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "queue_required_courses_queue_id" FOREIGN KEY ("queue_id") REFERENCES "queues" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create "site_confirmations" table
CREATE TABLE "site_confirmations" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "code" character varying NOT NULL, "account_id" character varying NOT NULL, "person" character varying NOT NULL, "confirmed_on" character varying NOT NULL, "document" character varying NOT NULL, "withdrawn_at" timestamptz NULL, "withdrawn_by" character varying NULL, "withdrawal" character varying NULL, "site_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "site_confirmations_sites_site" FOREIGN KEY ("site_id") REFERENCES "sites" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "site_confirmation_standing" to table: "site_confirmations"
CREATE UNIQUE INDEX "site_confirmation_standing" ON "site_confirmations" ("site_id", "code") WHERE (withdrawn_at IS NULL);
-- create index "siteconfirmation_site_id" to table: "site_confirmations"
CREATE INDEX "siteconfirmation_site_id" ON "site_confirmations" ("site_id");
-- create "site_stages" table
CREATE TABLE "site_stages" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "stage" character varying NOT NULL, "done" boolean NOT NULL DEFAULT false, "warning" boolean NOT NULL DEFAULT false, "checks" jsonb NOT NULL, "checked_at" timestamptz NOT NULL, "done_at" timestamptz NULL, "reopened_at" timestamptz NULL, "site_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "site_stages_sites_site" FOREIGN KEY ("site_id") REFERENCES "sites" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "sitestage_site_id_stage" to table: "site_stages"
CREATE UNIQUE INDEX "sitestage_site_id_stage" ON "site_stages" ("site_id", "stage");
-- create "training_assignments" table
CREATE TABLE "training_assignments" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "author_id" character varying NOT NULL, "due_at" timestamptz NULL, "state" character varying NOT NULL DEFAULT 'ASSIGNED', "ended_at" timestamptz NULL, "account_id" character varying NOT NULL, "course_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "training_assignments_accounts_account" FOREIGN KEY ("account_id") REFERENCES "accounts" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "training_assignments_courses_course" FOREIGN KEY ("course_id") REFERENCES "courses" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "training_assignment_open" to table: "training_assignments"
CREATE UNIQUE INDEX "training_assignment_open" ON "training_assignments" ("account_id", "course_id") WHERE ((state)::text = 'ASSIGNED'::text);
-- create index "trainingassignment_account_id" to table: "training_assignments"
CREATE INDEX "trainingassignment_account_id" ON "training_assignments" ("account_id");
-- create index "trainingassignment_course_id" to table: "training_assignments"
CREATE INDEX "trainingassignment_course_id" ON "training_assignments" ("course_id");
-- create "training_attempts" table
CREATE TABLE "training_attempts" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "course_id" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'RUNNING', "ends_at" timestamptz NOT NULL, "ended_at" timestamptz NULL, "sheet" jsonb NOT NULL, "points" bigint NOT NULL DEFAULT 0, "of_points" bigint NOT NULL DEFAULT 0, "assignment_id" character varying NOT NULL, "course_version_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "training_attempts_course_versions_version" FOREIGN KEY ("course_version_id") REFERENCES "course_versions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "training_attempts_training_assignments_assignment" FOREIGN KEY ("assignment_id") REFERENCES "training_assignments" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "training_attempt_running" to table: "training_attempts"
CREATE UNIQUE INDEX "training_attempt_running" ON "training_attempts" ("assignment_id") WHERE ((state)::text = 'RUNNING'::text);
-- create index "trainingattempt_account_id" to table: "training_attempts"
CREATE INDEX "trainingattempt_account_id" ON "training_attempts" ("account_id");
-- create index "trainingattempt_assignment_id" to table: "training_attempts"
CREATE INDEX "trainingattempt_assignment_id" ON "training_attempts" ("assignment_id");
-- create index "trainingattempt_course_id" to table: "training_attempts"
CREATE INDEX "trainingattempt_course_id" ON "training_attempts" ("course_id");
-- create index "trainingattempt_ends_at" to table: "training_attempts"
CREATE INDEX "trainingattempt_ends_at" ON "training_attempts" ("ends_at") WHERE ((state)::text = 'RUNNING'::text);

-- +goose Down
-- reverse: create index "trainingattempt_ends_at" to table: "training_attempts"
DROP INDEX "trainingattempt_ends_at";
-- reverse: create index "trainingattempt_course_id" to table: "training_attempts"
DROP INDEX "trainingattempt_course_id";
-- reverse: create index "trainingattempt_assignment_id" to table: "training_attempts"
DROP INDEX "trainingattempt_assignment_id";
-- reverse: create index "trainingattempt_account_id" to table: "training_attempts"
DROP INDEX "trainingattempt_account_id";
-- reverse: create index "training_attempt_running" to table: "training_attempts"
DROP INDEX "training_attempt_running";
-- reverse: create "training_attempts" table
DROP TABLE "training_attempts";
-- reverse: create index "trainingassignment_course_id" to table: "training_assignments"
DROP INDEX "trainingassignment_course_id";
-- reverse: create index "trainingassignment_account_id" to table: "training_assignments"
DROP INDEX "trainingassignment_account_id";
-- reverse: create index "training_assignment_open" to table: "training_assignments"
DROP INDEX "training_assignment_open";
-- reverse: create "training_assignments" table
DROP TABLE "training_assignments";
-- reverse: create index "sitestage_site_id_stage" to table: "site_stages"
DROP INDEX "sitestage_site_id_stage";
-- reverse: create "site_stages" table
DROP TABLE "site_stages";
-- reverse: create index "siteconfirmation_site_id" to table: "site_confirmations"
DROP INDEX "siteconfirmation_site_id";
-- reverse: create index "site_confirmation_standing" to table: "site_confirmations"
DROP INDEX "site_confirmation_standing";
-- reverse: create "site_confirmations" table
DROP TABLE "site_confirmations";
-- reverse: create "queue_required_courses" table
DROP TABLE "queue_required_courses";
-- reverse: modify "queues" table
ALTER TABLE "queues" DROP CONSTRAINT "queues_sites_site", DROP COLUMN "site_id";
-- reverse: modify "sites" table
ALTER TABLE "sites" DROP COLUMN "launched_at", DROP COLUMN "ready_at", DROP COLUMN "need";
-- reverse: create index "courseversion_course_id_number" to table: "course_versions"
DROP INDEX "courseversion_course_id_number";
-- reverse: create index "course_version_draft" to table: "course_versions"
DROP INDEX "course_version_draft";
-- reverse: create "course_versions" table
DROP TABLE "course_versions";
-- reverse: create index "admission_course_id" to table: "admissions"
DROP INDEX "admission_course_id";
-- reverse: create index "admission_account_id_course_id" to table: "admissions"
DROP INDEX "admission_account_id_course_id";
-- reverse: create "admissions" table
DROP TABLE "admissions";
-- reverse: create "courses" table
DROP TABLE "courses";
-- reverse: create index "rollout_waves_number_key" to table: "rollout_waves"
DROP INDEX "rollout_waves_number_key";
-- reverse: create "rollout_waves" table
DROP TABLE "rollout_waves";
