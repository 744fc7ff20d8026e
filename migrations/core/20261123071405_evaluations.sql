-- +goose Up
-- create "evaluation_forms" table
CREATE TABLE "evaluation_forms" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "name" character varying NOT NULL, "version" bigint NOT NULL DEFAULT 1, "active" boolean NOT NULL DEFAULT true, "author_id" character varying NOT NULL, "agency_id" character varying NULL, "region_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "evaluation_forms_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "evaluation_forms_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create "evaluation_form_versions" table
CREATE TABLE "evaluation_form_versions" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "number" bigint NOT NULL, "content" jsonb NOT NULL, "pass_mark" bigint NOT NULL, "contest_days" bigint NOT NULL, "author_id" character varying NOT NULL, "form_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "evaluation_form_versions_evaluation_forms_versions" FOREIGN KEY ("form_id") REFERENCES "evaluation_forms" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "evaluationformversion_form_id_number" to table: "evaluation_form_versions"
CREATE UNIQUE INDEX "evaluationformversion_form_id_number" ON "evaluation_form_versions" ("form_id", "number");
-- create "calibrations" table
CREATE TABLE "calibrations" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "line" bigint NULL, "operator_id" character varying NOT NULL, "author_id" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'OPEN', "due_at" timestamptz NOT NULL, "closed_at" timestamptz NULL, "conclusion" character varying NULL, "concluded_by" character varying NULL, "agency_id" character varying NULL, "region_id" character varying NULL, "interaction_id" character varying NOT NULL, "form_version_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "calibrations_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "calibrations_evaluation_form_versions_form_version" FOREIGN KEY ("form_version_id") REFERENCES "evaluation_form_versions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "calibrations_interactions_interaction" FOREIGN KEY ("interaction_id") REFERENCES "interactions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "calibrations_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "calibration_created_at" to table: "calibrations"
CREATE INDEX "calibration_created_at" ON "calibrations" ("created_at");
-- create index "calibration_due_at" to table: "calibrations"
CREATE INDEX "calibration_due_at" ON "calibrations" ("due_at") WHERE ((state)::text = 'OPEN'::text);
-- create "evaluation_rules" table
CREATE TABLE "evaluation_rules" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "name" character varying NOT NULL, "line" bigint NULL, "channel" character varying NULL, "period" character varying NOT NULL, "per_operator" bigint NOT NULL, "least_talk_seconds" bigint NOT NULL DEFAULT 0, "rated_at_most" bigint NULL, "active" boolean NOT NULL DEFAULT true, "drawn_to" timestamptz NOT NULL, "author_id" character varying NOT NULL, "agency_id" character varying NULL, "region_id" character varying NULL, "queue_id" character varying NULL, "form_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "evaluation_rules_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "evaluation_rules_evaluation_forms_form" FOREIGN KEY ("form_id") REFERENCES "evaluation_forms" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "evaluation_rules_queues_queue" FOREIGN KEY ("queue_id") REFERENCES "queues" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "evaluation_rules_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create "evaluations" table
CREATE TABLE "evaluations" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "line" bigint NULL, "operator_id" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'DRAWN', "sealed" boolean NOT NULL DEFAULT false, "evaluator_id" character varying NULL, "marks" jsonb NULL, "score" double precision NULL, "first_score" double precision NULL, "critical" boolean NOT NULL DEFAULT false, "passed" boolean NOT NULL DEFAULT false, "comment" character varying NULL, "given_at" timestamptz NULL, "contest_until" timestamptz NULL, "contested_at" timestamptz NULL, "contest_reason" character varying NULL, "decided_by" character varying NULL, "decided_at" timestamptz NULL, "decision" character varying NULL, "agency_id" character varying NULL, "region_id" character varying NULL, "interaction_id" character varying NOT NULL, "form_id" character varying NOT NULL, "form_version_id" character varying NULL, "rule_id" character varying NULL, "calibration_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "evaluations_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "evaluations_calibrations_calibration" FOREIGN KEY ("calibration_id") REFERENCES "calibrations" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "evaluations_evaluation_form_versions_form_version" FOREIGN KEY ("form_version_id") REFERENCES "evaluation_form_versions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "evaluations_evaluation_forms_form" FOREIGN KEY ("form_id") REFERENCES "evaluation_forms" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "evaluations_evaluation_rules_rule" FOREIGN KEY ("rule_id") REFERENCES "evaluation_rules" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "evaluations_interactions_interaction" FOREIGN KEY ("interaction_id") REFERENCES "interactions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "evaluations_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "evaluation_calibration_id_evaluator_id" to table: "evaluations"
CREATE UNIQUE INDEX "evaluation_calibration_id_evaluator_id" ON "evaluations" ("calibration_id", "evaluator_id") WHERE (calibration_id IS NOT NULL);
-- create index "evaluation_evaluator_id_given_at" to table: "evaluations"
CREATE INDEX "evaluation_evaluator_id_given_at" ON "evaluations" ("evaluator_id", "given_at");
-- create index "evaluation_given_at" to table: "evaluations"
CREATE INDEX "evaluation_given_at" ON "evaluations" ("given_at");
-- create index "evaluation_once" to table: "evaluations"
CREATE UNIQUE INDEX "evaluation_once" ON "evaluations" ("interaction_id", "operator_id", "form_id") WHERE ((calibration_id IS NULL) AND ((state)::text <> 'ANNULLED'::text) AND ((state)::text <> 'SKIPPED'::text));
-- create index "evaluation_operator_id_given_at" to table: "evaluations"
CREATE INDEX "evaluation_operator_id_given_at" ON "evaluations" ("operator_id", "given_at");
-- create index "evaluation_state_created_at" to table: "evaluations"
CREATE INDEX "evaluation_state_created_at" ON "evaluations" ("state", "created_at") WHERE (((state)::text = 'DRAWN'::text) OR ((state)::text = 'CONTESTED'::text));
-- create "evaluation_steps" table
CREATE TABLE "evaluation_steps" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "kind" character varying NOT NULL, "account_id" character varying NULL, "text" character varying NULL, "score" double precision NULL, "marks" jsonb NULL, "evaluation_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "evaluation_steps_evaluations_steps" FOREIGN KEY ("evaluation_id") REFERENCES "evaluations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "evaluationstep_evaluation_id_created_at" to table: "evaluation_steps"
CREATE INDEX "evaluationstep_evaluation_id_created_at" ON "evaluation_steps" ("evaluation_id", "created_at");

-- +goose Down
-- reverse: create index "evaluationstep_evaluation_id_created_at" to table: "evaluation_steps"
DROP INDEX "evaluationstep_evaluation_id_created_at";
-- reverse: create "evaluation_steps" table
DROP TABLE "evaluation_steps";
-- reverse: create index "evaluation_state_created_at" to table: "evaluations"
DROP INDEX "evaluation_state_created_at";
-- reverse: create index "evaluation_operator_id_given_at" to table: "evaluations"
DROP INDEX "evaluation_operator_id_given_at";
-- reverse: create index "evaluation_once" to table: "evaluations"
DROP INDEX "evaluation_once";
-- reverse: create index "evaluation_given_at" to table: "evaluations"
DROP INDEX "evaluation_given_at";
-- reverse: create index "evaluation_evaluator_id_given_at" to table: "evaluations"
DROP INDEX "evaluation_evaluator_id_given_at";
-- reverse: create index "evaluation_calibration_id_evaluator_id" to table: "evaluations"
DROP INDEX "evaluation_calibration_id_evaluator_id";
-- reverse: create "evaluations" table
DROP TABLE "evaluations";
-- reverse: create "evaluation_rules" table
DROP TABLE "evaluation_rules";
-- reverse: create index "calibration_due_at" to table: "calibrations"
DROP INDEX "calibration_due_at";
-- reverse: create index "calibration_created_at" to table: "calibrations"
DROP INDEX "calibration_created_at";
-- reverse: create "calibrations" table
DROP TABLE "calibrations";
-- reverse: create index "evaluationformversion_form_id_number" to table: "evaluation_form_versions"
DROP INDEX "evaluationformversion_form_id_number";
-- reverse: create "evaluation_form_versions" table
DROP TABLE "evaluation_form_versions";
-- reverse: create "evaluation_forms" table
DROP TABLE "evaluation_forms";
