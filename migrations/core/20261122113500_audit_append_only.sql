-- +goose Up
-- The audit log is append-only: not even the role that owns the table changes, removes or empties it by mistake or by a
-- stolen connection. For each statement, so that one that would touch no row is refused too; always, so that it holds in
-- sessions that replay changes.
-- +goose StatementBegin
CREATE FUNCTION audit_entries_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entries"
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_append_only();
ALTER TABLE "audit_entries" ENABLE ALWAYS TRIGGER audit_entries_append_only;

-- +goose Down
DROP TRIGGER audit_entries_append_only ON "audit_entries";
DROP FUNCTION audit_entries_append_only();
