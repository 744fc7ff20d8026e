-- +goose Up
-- modify "record_versions" table
ALTER TABLE "record_versions" ADD COLUMN "files" jsonb NOT NULL DEFAULT '[]';
-- create index "record_versions_tags" to table: "record_versions"
CREATE INDEX "record_versions_tags" ON "record_versions" USING gin ("tags");
-- modify "topics" table
ALTER TABLE "topics" ADD COLUMN "agency" character varying NOT NULL DEFAULT '', ADD COLUMN "retired_at" timestamptz NULL, ADD COLUMN "merged_into" character varying NOT NULL DEFAULT '', ADD COLUMN "created_by" character varying NOT NULL DEFAULT '', ADD COLUMN "created_at" timestamptz NOT NULL DEFAULT now();
ALTER TABLE "topics" ALTER COLUMN "created_at" DROP DEFAULT;
-- each agency gets the topics that its records bear in a list of its own
DROP INDEX "topics_name_key";
INSERT INTO "topics" (id, agency, name, created_at)
	SELECT 'top_' || substr(md5(t.id || '/' || p.agency), 1, 26), p.agency, t.name, now()
	FROM (SELECT DISTINCT v.topic_id, r.agency FROM "record_versions" v JOIN "records" r ON r.id = v.record_id WHERE r.agency <> '') AS p
	JOIN "topics" t ON t.id = p.topic_id;
UPDATE "record_versions" v SET topic_id = 'top_' || substr(md5(v.topic_id || '/' || r.agency), 1, 26)
	FROM "records" r WHERE r.id = v.record_id AND r.agency <> '' AND v.topic_id IS NOT NULL;
DELETE FROM "topics" t WHERE t.agency = '' AND NOT EXISTS (SELECT FROM "record_versions" v WHERE v.topic_id = t.id);
-- create index "topic_agency_name" to table: "topics"
CREATE UNIQUE INDEX "topic_agency_name" ON "topics" ("agency", "name");
-- create index "topic_merged_into" to table: "topics"
CREATE INDEX "topic_merged_into" ON "topics" ("merged_into");

-- +goose Down
-- reverse: create index "topic_merged_into" to table: "topics"
DROP INDEX "topic_merged_into";
-- reverse: create index "topic_agency_name" to table: "topics"
DROP INDEX "topic_agency_name";
-- one topic of a name again
UPDATE "record_versions" v SET topic_id = m.id FROM "topics" t, (SELECT name, min(id) AS id FROM "topics" GROUP BY name) m
	WHERE v.topic_id = t.id AND m.name = t.name AND m.id <> t.id;
DELETE FROM "topics" t USING (SELECT name, min(id) AS id FROM "topics" GROUP BY name) m WHERE m.name = t.name AND m.id <> t.id;
CREATE UNIQUE INDEX "topics_name_key" ON "topics" ("name");
-- reverse: modify "topics" table
ALTER TABLE "topics" DROP COLUMN "created_at", DROP COLUMN "created_by", DROP COLUMN "merged_into", DROP COLUMN "retired_at", DROP COLUMN "agency";
-- reverse: create index "record_versions_tags" to table: "record_versions"
DROP INDEX "record_versions_tags";
-- reverse: modify "record_versions" table
ALTER TABLE "record_versions" DROP COLUMN "files";
