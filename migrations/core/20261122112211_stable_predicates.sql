-- +goose Up
-- drop index "interaction_operator_id_state" from table: "interactions"
DROP INDEX "interaction_operator_id_state";
-- drop index "interaction_queue_id_priority_place_at" from table: "interactions"
DROP INDEX "interaction_queue_id_priority_place_at";
-- drop index "interaction_state_last_activity_at" from table: "interactions"
DROP INDEX "interaction_state_last_activity_at";
-- create index "interaction_operator_id_state" to table: "interactions"
CREATE INDEX "interaction_operator_id_state" ON "interactions" ("operator_id", "state") WHERE (((state)::text <> 'CLOSED'::text) AND ((state)::text <> 'ABANDONED'::text));
-- create index "interaction_queue_id_priority_place_at" to table: "interactions"
CREATE INDEX "interaction_queue_id_priority_place_at" ON "interactions" ("queue_id", "priority" DESC, "place_at") WHERE (((state)::text = 'QUEUED'::text) OR ((state)::text = 'OFFERED'::text));
-- create index "interaction_state_last_activity_at" to table: "interactions"
CREATE INDEX "interaction_state_last_activity_at" ON "interactions" ("state", "last_activity_at") WHERE (((state)::text <> 'CLOSED'::text) AND ((state)::text <> 'ABANDONED'::text));

-- +goose Down
-- reverse: create index "interaction_state_last_activity_at" to table: "interactions"
DROP INDEX "interaction_state_last_activity_at";
-- reverse: create index "interaction_queue_id_priority_place_at" to table: "interactions"
DROP INDEX "interaction_queue_id_priority_place_at";
-- reverse: create index "interaction_operator_id_state" to table: "interactions"
DROP INDEX "interaction_operator_id_state";
-- reverse: drop index "interaction_state_last_activity_at" from table: "interactions"
CREATE INDEX "interaction_state_last_activity_at" ON "interactions" ("state", "last_activity_at") WHERE ((state)::text <> ALL (ARRAY[('CLOSED'::character varying)::text, ('ABANDONED'::character varying)::text]));
-- reverse: drop index "interaction_queue_id_priority_place_at" from table: "interactions"
CREATE INDEX "interaction_queue_id_priority_place_at" ON "interactions" ("queue_id", "priority" DESC, "place_at") WHERE ((state)::text = ANY (ARRAY[('QUEUED'::character varying)::text, ('OFFERED'::character varying)::text]));
-- reverse: drop index "interaction_operator_id_state" from table: "interactions"
CREATE INDEX "interaction_operator_id_state" ON "interactions" ("operator_id", "state") WHERE ((state)::text <> ALL (ARRAY[('CLOSED'::character varying)::text, ('ABANDONED'::character varying)::text]));
