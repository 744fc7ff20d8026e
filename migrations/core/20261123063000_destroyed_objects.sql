-- +goose Up
-- What retention and erasures are done with, and the certificate that says so; ids only. rule is a rule of retention, or a request's id.
CREATE TABLE "destroyed_objects" ("rule" character varying NOT NULL, "object_id" character varying NOT NULL, "act_id" character varying NOT NULL, PRIMARY KEY ("rule", "object_id"));

-- +goose Down
DROP TABLE "destroyed_objects";
