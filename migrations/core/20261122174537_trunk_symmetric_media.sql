-- +goose Up
-- modify "trunks" table
ALTER TABLE "trunks" ADD COLUMN "symmetric_media" boolean NOT NULL DEFAULT false;

-- +goose Down
-- reverse: modify "trunks" table
ALTER TABLE "trunks" DROP COLUMN "symmetric_media";
