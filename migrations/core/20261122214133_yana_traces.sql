-- +goose Up
-- modify "assistant_turns" table
ALTER TABLE "assistant_turns" ADD COLUMN "trace" jsonb NULL;
-- create "suggestion_verdicts" table
CREATE TABLE "suggestion_verdicts" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "record_id" character varying NOT NULL, "record_version_id" character varying NOT NULL, "accepted" boolean NOT NULL, "message_id" character varying NULL, "interaction_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "suggestion_verdicts_interactions_interaction" FOREIGN KEY ("interaction_id") REFERENCES "interactions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "suggestionverdict_interaction__345eaa71007e969c8b0c4bce97555ac5" to table: "suggestion_verdicts"
CREATE UNIQUE INDEX "suggestionverdict_interaction__345eaa71007e969c8b0c4bce97555ac5" ON "suggestion_verdicts" ("interaction_id", "account_id", "record_version_id", "accepted");
-- create index "suggestionverdict_record_id_created_at" to table: "suggestion_verdicts"
CREATE INDEX "suggestionverdict_record_id_created_at" ON "suggestion_verdicts" ("record_id", "created_at");

-- +goose Down
-- reverse: create index "suggestionverdict_record_id_created_at" to table: "suggestion_verdicts"
DROP INDEX "suggestionverdict_record_id_created_at";
-- reverse: create index "suggestionverdict_interaction__345eaa71007e969c8b0c4bce97555ac5" to table: "suggestion_verdicts"
DROP INDEX "suggestionverdict_interaction__345eaa71007e969c8b0c4bce97555ac5";
-- reverse: create "suggestion_verdicts" table
DROP TABLE "suggestion_verdicts";
-- reverse: modify "assistant_turns" table
ALTER TABLE "assistant_turns" DROP COLUMN "trace";
