-- +goose Up
-- modify "server_nodes" table
ALTER TABLE "server_nodes" ADD COLUMN "phone" boolean NOT NULL DEFAULT false;
-- create "node_commands" table; unlogged, for nobody waits for an answer after a crash of the server
CREATE UNLOGGED TABLE "node_commands" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "node_id" character varying NOT NULL, "sender_id" character varying NOT NULL, "kind" character varying NOT NULL, "request" bytea NOT NULL, "expires_at" timestamptz NOT NULL, "taken_at" timestamptz NULL, "reply" bytea NULL, PRIMARY KEY ("id"));
-- create index "nodecommand_expires_at" to table: "node_commands"
CREATE INDEX "nodecommand_expires_at" ON "node_commands" ("expires_at");
-- create index "nodecommand_node_id" to table: "node_commands"
CREATE INDEX "nodecommand_node_id" ON "node_commands" ("node_id") WHERE (taken_at IS NULL);
-- create "transcripts" table
CREATE TABLE "transcripts" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "state" character varying NOT NULL DEFAULT 'WAITING', "lines" jsonb NULL, "attempts" bigint NOT NULL DEFAULT 0, "next_attempt_at" timestamptz NOT NULL, "done_at" timestamptz NULL, "recording_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "transcripts_recordings_recording" FOREIGN KEY ("recording_id") REFERENCES "recordings" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "transcript_next_attempt_at" to table: "transcripts"
CREATE INDEX "transcript_next_attempt_at" ON "transcripts" ("next_attempt_at") WHERE ((state)::text = 'WAITING'::text);
-- create index "transcript_recording_id" to table: "transcripts"
CREATE UNIQUE INDEX "transcript_recording_id" ON "transcripts" ("recording_id");

-- +goose Down
-- reverse: create index "transcript_recording_id" to table: "transcripts"
DROP INDEX "transcript_recording_id";
-- reverse: create index "transcript_next_attempt_at" to table: "transcripts"
DROP INDEX "transcript_next_attempt_at";
-- reverse: create "transcripts" table
DROP TABLE "transcripts";
-- reverse: create index "nodecommand_node_id" to table: "node_commands"
DROP INDEX "nodecommand_node_id";
-- reverse: create index "nodecommand_expires_at" to table: "node_commands"
DROP INDEX "nodecommand_expires_at";
-- reverse: create "node_commands" table
DROP TABLE "node_commands";
-- reverse: modify "server_nodes" table
ALTER TABLE "server_nodes" DROP COLUMN "phone";
