-- +goose Up
-- modify "queue_members" table
ALTER TABLE "queue_members" ADD COLUMN "until" timestamptz NULL;
-- create index "queuemember_until" to table: "queue_members"
CREATE INDEX "queuemember_until" ON "queue_members" ("until") WHERE (until IS NOT NULL);
-- create "directives" table
CREATE TABLE "directives" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "author_id" character varying NOT NULL, "kind" character varying NOT NULL, "reason" character varying NOT NULL, "until" timestamptz NULL, "interaction_id" character varying NULL, "queue_ids" jsonb NULL, "seen_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "directive_account_id_created_at" to table: "directives"
CREATE INDEX "directive_account_id_created_at" ON "directives" ("account_id", "created_at");
-- create "alert_rules" table
CREATE TABLE "alert_rules" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "name" character varying NOT NULL, "metric" character varying NOT NULL, "line" bigint NULL, "threshold" bigint NOT NULL, "clear_threshold" bigint NOT NULL, "for_seconds" bigint NOT NULL DEFAULT 0, "quiet_seconds" bigint NOT NULL DEFAULT 300, "active" boolean NOT NULL DEFAULT true, "author_id" character varying NOT NULL, "agency_id" character varying NULL, "region_id" character varying NULL, "queue_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "alert_rules_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "alert_rules_queues_queue" FOREIGN KEY ("queue_id") REFERENCES "queues" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "alert_rules_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create "alerts" table
CREATE TABLE "alerts" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "subject" character varying NOT NULL, "line" bigint NULL, "state" character varying NOT NULL, "value" bigint NOT NULL, "worst" bigint NOT NULL, "raised_at" timestamptz NULL, "acknowledged_at" timestamptz NULL, "acknowledged_by" character varying NULL, "note" character varying NULL, "cleared_at" timestamptz NULL, "agency_id" character varying NULL, "region_id" character varying NULL, "rule_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "alerts_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "alerts_alert_rules_alerts" FOREIGN KEY ("rule_id") REFERENCES "alert_rules" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "alerts_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "alert_open" to table: "alerts"
CREATE UNIQUE INDEX "alert_open" ON "alerts" ("rule_id", "subject") WHERE ((state)::text <> 'CLEARED'::text);
-- create index "alert_raised_at" to table: "alerts"
CREATE INDEX "alert_raised_at" ON "alerts" ("raised_at");
-- create index "alert_rule_id_subject_raised_at" to table: "alerts"
CREATE INDEX "alert_rule_id_subject_raised_at" ON "alerts" ("rule_id", "subject", "raised_at");
-- create "deferral_rules" table
CREATE TABLE "deferral_rules" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "region_key" character varying NOT NULL, "work_minutes" bigint NOT NULL DEFAULT 480, "warn_minutes" bigint NOT NULL DEFAULT 60, "business_hours_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "deferral_rules_business_hours_business_hours" FOREIGN KEY ("business_hours_id") REFERENCES "business_hours" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "deferral_rules_region_key_key" to table: "deferral_rules"
CREATE UNIQUE INDEX "deferral_rules_region_key_key" ON "deferral_rules" ("region_key");
-- create "deferrals" table
CREATE TABLE "deferrals" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "question" character varying NOT NULL, "deferred_by" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'OPEN', "priority" bigint NOT NULL DEFAULT 50, "operator_id" character varying NULL, "named_by" character varying NULL, "named_at" timestamptz NULL, "time_zone" character varying NOT NULL, "term_stamp" character varying NOT NULL, "warn_at" timestamptz NOT NULL, "due_at" timestamptz NOT NULL, "warned_at" timestamptz NULL, "breached_at" timestamptz NULL, "answered_by" character varying NULL, "ended_at" timestamptz NULL, "analysis" character varying NOT NULL DEFAULT 'NONE', "finding" character varying NULL, "record_id" character varying NULL, "conclusion" character varying NULL, "analysed_by" character varying NULL, "analysed_at" timestamptz NULL, "interaction_id" character varying NOT NULL, "agency_id" character varying NULL, "region_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "deferrals_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "deferrals_interactions_interaction" FOREIGN KEY ("interaction_id") REFERENCES "interactions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "deferrals_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "deferral_created_at" to table: "deferrals"
CREATE INDEX "deferral_created_at" ON "deferrals" ("created_at");
-- create index "deferral_due_at" to table: "deferrals"
CREATE INDEX "deferral_due_at" ON "deferrals" ("due_at") WHERE ((state)::text = 'OPEN'::text);
-- create index "deferral_interaction_id" to table: "deferrals"
CREATE INDEX "deferral_interaction_id" ON "deferrals" ("interaction_id");
-- create index "deferral_open" to table: "deferrals"
CREATE UNIQUE INDEX "deferral_open" ON "deferrals" ("interaction_id") WHERE ((state)::text = 'OPEN'::text);
-- create index "deferral_operator_id" to table: "deferrals"
CREATE INDEX "deferral_operator_id" ON "deferrals" ("operator_id") WHERE ((state)::text = 'OPEN'::text);
-- create index "deferral_to_analyse" to table: "deferrals"
CREATE INDEX "deferral_to_analyse" ON "deferrals" ("ended_at") WHERE ((analysis)::text = 'PENDING'::text);
-- create "deferral_steps" table
CREATE TABLE "deferral_steps" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "kind" character varying NOT NULL, "account_id" character varying NULL, "operator_id" character varying NULL, "reason" character varying NULL, "deferral_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "deferral_steps_deferrals_steps" FOREIGN KEY ("deferral_id") REFERENCES "deferrals" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "deferralstep_deferral_id_created_at" to table: "deferral_steps"
CREATE INDEX "deferralstep_deferral_id_created_at" ON "deferral_steps" ("deferral_id", "created_at");
-- create "incidents" table
CREATE TABLE "incidents" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "raised_by" character varying NOT NULL, "severity" character varying NOT NULL, "subject" character varying NOT NULL, "text" character varying NOT NULL, "interaction_id" character varying NULL, "trunks_down" jsonb NULL, "base_down" boolean NOT NULL DEFAULT false, "state" character varying NOT NULL DEFAULT 'OPEN', "level" bigint NOT NULL DEFAULT 0, "escalate_at" timestamptz NULL, "acknowledged_at" timestamptz NULL, "acknowledged_by" character varying NULL, "resolved_at" timestamptz NULL, "resolved_by" character varying NULL, "resolution" character varying NULL, "agency_id" character varying NULL, "region_id" character varying NULL, "queue_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "incidents_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "incidents_queues_queue" FOREIGN KEY ("queue_id") REFERENCES "queues" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "incidents_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "incident_created_at" to table: "incidents"
CREATE INDEX "incident_created_at" ON "incidents" ("created_at");
-- create index "incident_escalate_at" to table: "incidents"
CREATE INDEX "incident_escalate_at" ON "incidents" ("escalate_at") WHERE (escalate_at IS NOT NULL);
-- create index "incident_raised_by_created_at" to table: "incidents"
CREATE INDEX "incident_raised_by_created_at" ON "incidents" ("raised_by", "created_at");
-- create index "incident_state" to table: "incidents"
CREATE INDEX "incident_state" ON "incidents" ("state") WHERE ((state)::text <> 'RESOLVED'::text);
-- create "incident_comments" table
CREATE TABLE "incident_comments" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "text" character varying NOT NULL, "incident_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "incident_comments_incidents_comments" FOREIGN KEY ("incident_id") REFERENCES "incidents" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "incidentcomment_incident_id_created_at" to table: "incident_comments"
CREATE INDEX "incidentcomment_incident_id_created_at" ON "incident_comments" ("incident_id", "created_at");

-- +goose Down
-- reverse: create index "incidentcomment_incident_id_created_at" to table: "incident_comments"
DROP INDEX "incidentcomment_incident_id_created_at";
-- reverse: create "incident_comments" table
DROP TABLE "incident_comments";
-- reverse: create index "incident_state" to table: "incidents"
DROP INDEX "incident_state";
-- reverse: create index "incident_raised_by_created_at" to table: "incidents"
DROP INDEX "incident_raised_by_created_at";
-- reverse: create index "incident_escalate_at" to table: "incidents"
DROP INDEX "incident_escalate_at";
-- reverse: create index "incident_created_at" to table: "incidents"
DROP INDEX "incident_created_at";
-- reverse: create "incidents" table
DROP TABLE "incidents";
-- reverse: create index "deferralstep_deferral_id_created_at" to table: "deferral_steps"
DROP INDEX "deferralstep_deferral_id_created_at";
-- reverse: create "deferral_steps" table
DROP TABLE "deferral_steps";
-- reverse: create index "deferral_to_analyse" to table: "deferrals"
DROP INDEX "deferral_to_analyse";
-- reverse: create index "deferral_operator_id" to table: "deferrals"
DROP INDEX "deferral_operator_id";
-- reverse: create index "deferral_open" to table: "deferrals"
DROP INDEX "deferral_open";
-- reverse: create index "deferral_interaction_id" to table: "deferrals"
DROP INDEX "deferral_interaction_id";
-- reverse: create index "deferral_due_at" to table: "deferrals"
DROP INDEX "deferral_due_at";
-- reverse: create index "deferral_created_at" to table: "deferrals"
DROP INDEX "deferral_created_at";
-- reverse: create "deferrals" table
DROP TABLE "deferrals";
-- reverse: create index "deferral_rules_region_key_key" to table: "deferral_rules"
DROP INDEX "deferral_rules_region_key_key";
-- reverse: create "deferral_rules" table
DROP TABLE "deferral_rules";
-- reverse: create index "alert_rule_id_subject_raised_at" to table: "alerts"
DROP INDEX "alert_rule_id_subject_raised_at";
-- reverse: create index "alert_raised_at" to table: "alerts"
DROP INDEX "alert_raised_at";
-- reverse: create index "alert_open" to table: "alerts"
DROP INDEX "alert_open";
-- reverse: create "alerts" table
DROP TABLE "alerts";
-- reverse: create "alert_rules" table
DROP TABLE "alert_rules";
-- reverse: create index "directive_account_id_created_at" to table: "directives"
DROP INDEX "directive_account_id_created_at";
-- reverse: create "directives" table
DROP TABLE "directives";
-- reverse: create index "queuemember_until" to table: "queue_members"
DROP INDEX "queuemember_until";
-- reverse: modify "queue_members" table
ALTER TABLE "queue_members" DROP COLUMN "until";
