-- +goose Up
-- modify "call_legs" table
ALTER TABLE "call_legs" ADD COLUMN "muted" boolean NOT NULL DEFAULT false;
-- modify "calls" table
ALTER TABLE "calls" ADD COLUMN "held" boolean NOT NULL DEFAULT false, ADD COLUMN "tape" character varying NOT NULL DEFAULT 'OFF', ADD COLUMN "consulting" character varying NOT NULL DEFAULT 'NONE';
-- create "call_invitations" table
CREATE TABLE "call_invitations" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "inviter_id" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'PENDING', "expires_at" timestamptz NOT NULL, "answered_at" timestamptz NULL, "call_id" character varying NOT NULL, "interaction_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "call_invitations_calls_call" FOREIGN KEY ("call_id") REFERENCES "calls" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "call_invitations_interactions_interaction" FOREIGN KEY ("interaction_id") REFERENCES "interactions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "callinvitation_account_id" to table: "call_invitations"
CREATE INDEX "callinvitation_account_id" ON "call_invitations" ("account_id") WHERE ((state)::text = 'PENDING'::text);
-- create index "callinvitation_call_id_created_at" to table: "call_invitations"
CREATE INDEX "callinvitation_call_id_created_at" ON "call_invitations" ("call_id", "created_at");
-- create index "callinvitation_interaction_id" to table: "call_invitations"
CREATE INDEX "callinvitation_interaction_id" ON "call_invitations" ("interaction_id");

-- +goose Down
-- reverse: create index "callinvitation_interaction_id" to table: "call_invitations"
DROP INDEX "callinvitation_interaction_id";
-- reverse: create index "callinvitation_call_id_created_at" to table: "call_invitations"
DROP INDEX "callinvitation_call_id_created_at";
-- reverse: create index "callinvitation_account_id" to table: "call_invitations"
DROP INDEX "callinvitation_account_id";
-- reverse: create "call_invitations" table
DROP TABLE "call_invitations";
-- reverse: modify "calls" table
ALTER TABLE "calls" DROP COLUMN "consulting", DROP COLUMN "tape", DROP COLUMN "held";
-- reverse: modify "call_legs" table
ALTER TABLE "call_legs" DROP COLUMN "muted";
