-- +goose Up
-- drop index "interaction_agency_id_region_id_created_at" from table: "interactions"
DROP INDEX "interaction_agency_id_region_id_created_at";
-- drop index "interaction_operator_id_created_at" from table: "interactions"
DROP INDEX "interaction_operator_id_created_at";
-- create index "interaction_agency_id_region_id_id" to table: "interactions"
CREATE INDEX "interaction_agency_id_region_id_id" ON "interactions" ("agency_id", "region_id", "id");
-- create index "interaction_operator_id_id" to table: "interactions"
CREATE INDEX "interaction_operator_id_id" ON "interactions" ("operator_id", "id") WHERE (operator_id IS NOT NULL);

-- +goose Down
-- reverse: create index "interaction_operator_id_id" to table: "interactions"
DROP INDEX "interaction_operator_id_id";
-- reverse: create index "interaction_agency_id_region_id_id" to table: "interactions"
DROP INDEX "interaction_agency_id_region_id_id";
-- reverse: drop index "interaction_operator_id_created_at" from table: "interactions"
CREATE INDEX "interaction_operator_id_created_at" ON "interactions" ("operator_id", "created_at") WHERE (operator_id IS NOT NULL);
-- reverse: drop index "interaction_agency_id_region_id_created_at" from table: "interactions"
CREATE INDEX "interaction_agency_id_region_id_created_at" ON "interactions" ("agency_id", "region_id", "created_at");
