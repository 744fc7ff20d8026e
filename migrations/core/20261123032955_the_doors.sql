-- +goose Up
-- modify "accounts" table
ALTER TABLE "accounts" ADD COLUMN "password_set_at" timestamptz NULL, ADD COLUMN "must_change_password" boolean NOT NULL DEFAULT false, ADD COLUMN "certificate_subject" character varying NULL;
-- modify "sessions" table
ALTER TABLE "sessions" ADD COLUMN "identity_id" character varying NULL, ADD COLUMN "issuer_session" character varying NULL;
-- create "former_passwords" table
CREATE TABLE "former_passwords" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "hash" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "formerpassword_account_id_created_at" to table: "former_passwords"
CREATE INDEX "formerpassword_account_id_created_at" ON "former_passwords" ("account_id", "created_at");
-- create "identity_links" table
CREATE TABLE "identity_links" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "issuer" character varying NOT NULL, "subject" character varying NOT NULL, "last_used_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "identitylink_account_id" to table: "identity_links"
CREATE INDEX "identitylink_account_id" ON "identity_links" ("account_id");
-- create index "identitylink_issuer_subject" to table: "identity_links"
CREATE UNIQUE INDEX "identitylink_issuer_subject" ON "identity_links" ("issuer", "subject");
-- create "identity_logins" table
CREATE TABLE "identity_logins" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "state_hash" bytea NOT NULL, "browser_hash" bytea NOT NULL, "nonce" character varying NOT NULL, "verifier" character varying NOT NULL, "account_id" character varying NULL, "expires_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "identity_logins_state_hash_key" to table: "identity_logins"
CREATE UNIQUE INDEX "identity_logins_state_hash_key" ON "identity_logins" ("state_hash");
-- create index "identitylogin_expires_at" to table: "identity_logins"
CREATE INDEX "identitylogin_expires_at" ON "identity_logins" ("expires_at");
-- create "recovery_codes" table
CREATE TABLE "recovery_codes" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "hash" bytea NOT NULL, "used_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "recoverycode_account_id_hash" to table: "recovery_codes"
CREATE UNIQUE INDEX "recoverycode_account_id_hash" ON "recovery_codes" ("account_id", "hash");
-- create "second_factors" table
CREATE TABLE "second_factors" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "secret" bytea NOT NULL, "confirmed_at" timestamptz NULL, "last_step" bigint NOT NULL DEFAULT 0, "failed" bigint NOT NULL DEFAULT 0, "locked_until" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "second_factors_account_id_key" to table: "second_factors"
CREATE UNIQUE INDEX "second_factors_account_id_key" ON "second_factors" ("account_id");
-- create "sign_in_challenges" table
CREATE TABLE "sign_in_challenges" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "token_hash" bytea NOT NULL, "expires_at" timestamptz NOT NULL, "used_at" timestamptz NULL, "factor_passed" boolean NOT NULL DEFAULT false, "password_hash" character varying NOT NULL, "identity_id" character varying NULL, "issuer_session" character varying NULL, PRIMARY KEY ("id"));
-- create index "sign_in_challenges_token_hash_key" to table: "sign_in_challenges"
CREATE UNIQUE INDEX "sign_in_challenges_token_hash_key" ON "sign_in_challenges" ("token_hash");
-- create index "signinchallenge_account_id" to table: "sign_in_challenges"
CREATE INDEX "signinchallenge_account_id" ON "sign_in_challenges" ("account_id");
-- create index "signinchallenge_expires_at" to table: "sign_in_challenges"
CREATE INDEX "signinchallenge_expires_at" ON "sign_in_challenges" ("expires_at");
-- create "access_requests" table
CREATE TABLE "access_requests" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "asker_id" character varying NOT NULL, "role" character varying NOT NULL, "line" bigint NULL, "reason" character varying NOT NULL, "wanted_from" timestamptz NULL, "wanted_to" timestamptz NOT NULL, "state" character varying NOT NULL DEFAULT 'PENDING', "expires_at" timestamptz NOT NULL, "decider_id" character varying NULL, "decided_at" timestamptz NULL, "decision" character varying NULL, "role_assignment_id" character varying NULL, "agency_id" character varying NULL, "region_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "access_requests_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "access_requests_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "accessrequest_account_id" to table: "access_requests"
CREATE INDEX "accessrequest_account_id" ON "access_requests" ("account_id");
-- create index "accessrequest_asker_id" to table: "access_requests"
CREATE INDEX "accessrequest_asker_id" ON "access_requests" ("asker_id");
-- create index "accessrequest_state_expires_at" to table: "access_requests"
CREATE INDEX "accessrequest_state_expires_at" ON "access_requests" ("state", "expires_at");
-- create "agency_networks" table
CREATE TABLE "agency_networks" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "network" character varying NOT NULL, "note" character varying NULL, "agency_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "agency_networks_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "agencynetwork_agency_id_network" to table: "agency_networks"
CREATE UNIQUE INDEX "agencynetwork_agency_id_network" ON "agency_networks" ("agency_id", "network");
-- create "api_keys" table
CREATE TABLE "api_keys" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "name" character varying NOT NULL, "actions" jsonb NOT NULL, "hint" character varying NOT NULL, "hash" bytea NOT NULL, "previous_hash" bytea NULL, "previous_ends_at" timestamptz NULL, "rotated_at" timestamptz NULL, "expires_at" timestamptz NOT NULL, "revoked_at" timestamptz NULL, "last_used_at" timestamptz NULL, "last_address" character varying NULL, "creator_id" character varying NOT NULL, "certificate_subject" character varying NULL, "agency_id" character varying NULL, "region_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "api_keys_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "api_keys_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "api_keys_hash_key" to table: "api_keys"
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys" ("hash");
-- create index "api_keys_previous_hash_key" to table: "api_keys"
CREATE UNIQUE INDEX "api_keys_previous_hash_key" ON "api_keys" ("previous_hash");

-- +goose Down
-- reverse: create index "api_keys_previous_hash_key" to table: "api_keys"
DROP INDEX "api_keys_previous_hash_key";
-- reverse: create index "api_keys_hash_key" to table: "api_keys"
DROP INDEX "api_keys_hash_key";
-- reverse: create "api_keys" table
DROP TABLE "api_keys";
-- reverse: create index "agencynetwork_agency_id_network" to table: "agency_networks"
DROP INDEX "agencynetwork_agency_id_network";
-- reverse: create "agency_networks" table
DROP TABLE "agency_networks";
-- reverse: create index "accessrequest_state_expires_at" to table: "access_requests"
DROP INDEX "accessrequest_state_expires_at";
-- reverse: create index "accessrequest_asker_id" to table: "access_requests"
DROP INDEX "accessrequest_asker_id";
-- reverse: create index "accessrequest_account_id" to table: "access_requests"
DROP INDEX "accessrequest_account_id";
-- reverse: create "access_requests" table
DROP TABLE "access_requests";
-- reverse: create index "signinchallenge_expires_at" to table: "sign_in_challenges"
DROP INDEX "signinchallenge_expires_at";
-- reverse: create index "signinchallenge_account_id" to table: "sign_in_challenges"
DROP INDEX "signinchallenge_account_id";
-- reverse: create index "sign_in_challenges_token_hash_key" to table: "sign_in_challenges"
DROP INDEX "sign_in_challenges_token_hash_key";
-- reverse: create "sign_in_challenges" table
DROP TABLE "sign_in_challenges";
-- reverse: create index "second_factors_account_id_key" to table: "second_factors"
DROP INDEX "second_factors_account_id_key";
-- reverse: create "second_factors" table
DROP TABLE "second_factors";
-- reverse: create index "recoverycode_account_id_hash" to table: "recovery_codes"
DROP INDEX "recoverycode_account_id_hash";
-- reverse: create "recovery_codes" table
DROP TABLE "recovery_codes";
-- reverse: create index "identitylogin_expires_at" to table: "identity_logins"
DROP INDEX "identitylogin_expires_at";
-- reverse: create index "identity_logins_state_hash_key" to table: "identity_logins"
DROP INDEX "identity_logins_state_hash_key";
-- reverse: create "identity_logins" table
DROP TABLE "identity_logins";
-- reverse: create index "identitylink_issuer_subject" to table: "identity_links"
DROP INDEX "identitylink_issuer_subject";
-- reverse: create index "identitylink_account_id" to table: "identity_links"
DROP INDEX "identitylink_account_id";
-- reverse: create "identity_links" table
DROP TABLE "identity_links";
-- reverse: create index "formerpassword_account_id_created_at" to table: "former_passwords"
DROP INDEX "formerpassword_account_id_created_at";
-- reverse: create "former_passwords" table
DROP TABLE "former_passwords";
-- reverse: modify "sessions" table
ALTER TABLE "sessions" DROP COLUMN "issuer_session", DROP COLUMN "identity_id";
-- reverse: modify "accounts" table
ALTER TABLE "accounts" DROP COLUMN "certificate_subject", DROP COLUMN "must_change_password", DROP COLUMN "password_set_at";
