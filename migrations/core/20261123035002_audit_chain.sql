-- +goose Up
-- The hash chain of the audit log (access/auditlog). Neither table holds personal data; nothing but the sealer and verify reads them.
CREATE TABLE "audit_links" ("sequence" bigint PRIMARY KEY, "entry_id" character varying NOT NULL UNIQUE, "hash" bytea NOT NULL);
CREATE TABLE "audit_unsealed" ("entry_id" character varying PRIMARY KEY);
-- +goose StatementBegin
CREATE FUNCTION audit_entries_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unsealed (entry_id) SELECT id FROM added;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_entries_unsealed AFTER INSERT ON "audit_entries" REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_unsealed();
ALTER TABLE "audit_entries" ENABLE ALWAYS TRIGGER audit_entries_unsealed;
-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_links_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_links" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE "audit_links" ENABLE ALWAYS TRIGGER audit_links_append_only;
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_seals" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE "audit_seals" ENABLE ALWAYS TRIGGER audit_seals_append_only;
CREATE TRIGGER destruction_acts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "destruction_acts" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE "destruction_acts" ENABLE ALWAYS TRIGGER destruction_acts_append_only;
-- What was written before there was a chain is its beginning.
INSERT INTO audit_unsealed (entry_id) SELECT id FROM audit_entries;

-- +goose Down
DROP TRIGGER destruction_acts_append_only ON "destruction_acts";
DROP TRIGGER audit_seals_append_only ON "audit_seals";
DROP TRIGGER audit_links_append_only ON "audit_links";
DROP FUNCTION append_only();
DROP TRIGGER audit_entries_unsealed ON "audit_entries";
DROP FUNCTION audit_entries_unsealed();
DROP TABLE "audit_unsealed";
DROP TABLE "audit_links";
