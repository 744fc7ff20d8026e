-- +goose Up
-- create index "callback_number" to table: "callbacks"
CREATE INDEX "callback_number" ON "callbacks" ("number") WHERE (((state)::text = 'WAITING'::text) OR ((state)::text = 'DIALLING'::text));
-- drop index "event_account_id_id" from table: "events"
DROP INDEX "event_account_id_id";
-- drop index "event_at" from table: "events"
DROP INDEX "event_at";
-- drop index "event_interaction_id_id" from table: "events"
DROP INDEX "event_interaction_id_id";
-- create index "event_account_id_id" to table: "events"
CREATE INDEX "event_account_id_id" ON "events" ("account_id", "id") WHERE (account_id IS NOT NULL);
-- create index "event_at" to table: "events"
CREATE INDEX "event_at" ON "events" USING brin ("at");
-- create index "event_interaction_id_id" to table: "events"
CREATE INDEX "event_interaction_id_id" ON "events" ("interaction_id", "id") WHERE (interaction_id IS NOT NULL);
-- drop index "interaction_operator_id_created_at" from table: "interactions"
DROP INDEX "interaction_operator_id_created_at";
-- create index "interaction_operator_id_created_at" to table: "interactions"
CREATE INDEX "interaction_operator_id_created_at" ON "interactions" ("operator_id", "created_at") WHERE (operator_id IS NOT NULL);
-- drop index "interactions_idempotency_key_key" from table: "interactions"
DROP INDEX "interactions_idempotency_key_key";
-- drop index "interactions_token_hash_key" from table: "interactions"
DROP INDEX "interactions_token_hash_key";
-- drop index "presence_state_idle_since" from table: "presences"
DROP INDEX "presence_state_idle_since";
-- create index "interaction_idempotency_key" to table: "interactions"
CREATE UNIQUE INDEX "interaction_idempotency_key" ON "interactions" ("idempotency_key") WHERE (idempotency_key IS NOT NULL);
-- create index "interaction_token_hash" to table: "interactions"
CREATE UNIQUE INDEX "interaction_token_hash" ON "interactions" ("token_hash") WHERE (token_hash IS NOT NULL);
-- drop index "message_interaction_id_client_key" from table: "messages"
DROP INDEX "message_interaction_id_client_key";
-- create index "message_interaction_id_client_key" to table: "messages"
CREATE UNIQUE INDEX "message_interaction_id_client_key" ON "messages" ("interaction_id", "client_key") WHERE (client_key IS NOT NULL);
-- drop index "segment_account_id_started_at" from table: "segments"
DROP INDEX "segment_account_id_started_at";
-- drop index "segment_queue_id_kind_started_at" from table: "segments"
DROP INDEX "segment_queue_id_kind_started_at";
-- create index "segment_account_id_started_at" to table: "segments"
CREATE INDEX "segment_account_id_started_at" ON "segments" ("account_id", "started_at") WHERE (account_id IS NOT NULL);
-- create index "segment_queue_id_kind_started_at" to table: "segments"
CREATE INDEX "segment_queue_id_kind_started_at" ON "segments" ("queue_id", "kind", "started_at") WHERE (queue_id IS NOT NULL);

-- +goose Down
-- reverse: create index "segment_queue_id_kind_started_at" to table: "segments"
DROP INDEX "segment_queue_id_kind_started_at";
-- reverse: create index "segment_account_id_started_at" to table: "segments"
DROP INDEX "segment_account_id_started_at";
-- reverse: drop index "segment_queue_id_kind_started_at" from table: "segments"
CREATE INDEX "segment_queue_id_kind_started_at" ON "segments" ("queue_id", "kind", "started_at");
-- reverse: drop index "segment_account_id_started_at" from table: "segments"
CREATE INDEX "segment_account_id_started_at" ON "segments" ("account_id", "started_at");
-- reverse: create index "message_interaction_id_client_key" to table: "messages"
DROP INDEX "message_interaction_id_client_key";
-- reverse: drop index "message_interaction_id_client_key" from table: "messages"
CREATE UNIQUE INDEX "message_interaction_id_client_key" ON "messages" ("interaction_id", "client_key");
-- reverse: drop index "presence_state_idle_since" from table: "presences"
CREATE INDEX "presence_state_idle_since" ON "presences" ("state", "idle_since");
-- reverse: drop index "interactions_token_hash_key" from table: "interactions"
CREATE UNIQUE INDEX "interactions_token_hash_key" ON "interactions" ("token_hash");
-- reverse: drop index "interactions_idempotency_key_key" from table: "interactions"
CREATE UNIQUE INDEX "interactions_idempotency_key_key" ON "interactions" ("idempotency_key");
-- reverse: create index "interaction_token_hash" to table: "interactions"
DROP INDEX "interaction_token_hash";
-- reverse: create index "interaction_idempotency_key" to table: "interactions"
DROP INDEX "interaction_idempotency_key";
-- reverse: create index "interaction_operator_id_created_at" to table: "interactions"
DROP INDEX "interaction_operator_id_created_at";
-- reverse: drop index "interaction_operator_id_created_at" from table: "interactions"
CREATE INDEX "interaction_operator_id_created_at" ON "interactions" ("operator_id", "created_at");
-- reverse: create index "event_interaction_id_id" to table: "events"
DROP INDEX "event_interaction_id_id";
-- reverse: create index "event_at" to table: "events"
DROP INDEX "event_at";
-- reverse: create index "event_account_id_id" to table: "events"
DROP INDEX "event_account_id_id";
-- reverse: drop index "event_interaction_id_id" from table: "events"
CREATE INDEX "event_interaction_id_id" ON "events" ("interaction_id", "id");
-- reverse: drop index "event_at" from table: "events"
CREATE INDEX "event_at" ON "events" ("at");
-- reverse: drop index "event_account_id_id" from table: "events"
CREATE INDEX "event_account_id_id" ON "events" ("account_id", "id");
-- reverse: create index "callback_number" to table: "callbacks"
DROP INDEX "callback_number";
