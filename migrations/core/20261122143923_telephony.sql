-- +goose Up
-- create "server_nodes" table
CREATE TABLE "server_nodes" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "host" character varying NOT NULL, "seen_at" timestamptz NOT NULL, "draining" boolean NOT NULL DEFAULT false, "stopped_at" timestamptz NULL, "buried_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "servernode_seen_at" to table: "server_nodes"
CREATE INDEX "servernode_seen_at" ON "server_nodes" ("seen_at") WHERE (buried_at IS NULL);
-- create index "citizen_phone" to table: "citizens"
CREATE INDEX "citizen_phone" ON "citizens" ("phone");
-- create "trunks" table
CREATE TABLE "trunks" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "name" character varying NOT NULL, "active" boolean NOT NULL DEFAULT true, "preference" bigint NOT NULL DEFAULT 100, "sources" jsonb NOT NULL, "proxy" character varying NOT NULL, "domain" character varying NULL, "transport" character varying NOT NULL DEFAULT 'UDP', "username" character varying NULL, "password" character varying NULL, "inbound_username" character varying NULL, "inbound_password" character varying NULL, "trusted" boolean NOT NULL DEFAULT false, "numbers_in" jsonb NULL, "numbers_out" jsonb NULL, "codecs" jsonb NULL, "srtp" character varying NOT NULL DEFAULT 'OPTIONAL', "session_expires_seconds" bigint NOT NULL DEFAULT 0, "reliable" boolean NOT NULL DEFAULT false, "keep_alive_seconds" bigint NOT NULL DEFAULT 30, "caller_number" character varying NULL, PRIMARY KEY ("id"));
-- create index "trunks_name_key" to table: "trunks"
CREATE UNIQUE INDEX "trunks_name_key" ON "trunks" ("name");
-- create "calls" table
CREATE TABLE "calls" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "node_id" character varying NOT NULL, "direction" character varying NOT NULL, "trunk_id" character varying NULL, "caller" character varying NULL, "called" character varying NULL, "callback_id" character varying NULL, "began_at" timestamptz NOT NULL, "ended_at" timestamptz NULL, "end_cause" character varying NULL, "sip_code" bigint NOT NULL DEFAULT 0, "awaits_recovery" boolean NOT NULL DEFAULT false, "interaction_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "calls_interactions_interaction" FOREIGN KEY ("interaction_id") REFERENCES "interactions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "call_interaction_id_began_at" to table: "calls"
CREATE INDEX "call_interaction_id_began_at" ON "calls" ("interaction_id", "began_at");
-- create index "call_node_id" to table: "calls"
CREATE INDEX "call_node_id" ON "calls" ("node_id") WHERE (ended_at IS NULL);
-- create "call_legs" table
CREATE TABLE "call_legs" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "interaction_id" character varying NOT NULL, "kind" character varying NOT NULL, "role" character varying NOT NULL, "account_id" character varying NULL, "number" character varying NULL, "began_at" timestamptz NOT NULL, "answered_at" timestamptz NULL, "ended_at" timestamptz NULL, "end_cause" character varying NULL, "codec" character varying NULL, "packets_sent" bigint NOT NULL DEFAULT 0, "packets_received" bigint NOT NULL DEFAULT 0, "packets_lost" bigint NOT NULL DEFAULT 0, "jitter_ms" double precision NOT NULL DEFAULT 0, "round_trip_ms" double precision NOT NULL DEFAULT 0, "mos" double precision NOT NULL DEFAULT 0, "call_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "call_legs_calls_call" FOREIGN KEY ("call_id") REFERENCES "calls" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "callleg_account_id_began_at" to table: "call_legs"
CREATE INDEX "callleg_account_id_began_at" ON "call_legs" ("account_id", "began_at");
-- create index "callleg_call_id_began_at" to table: "call_legs"
CREATE INDEX "callleg_call_id_began_at" ON "call_legs" ("call_id", "began_at");
-- create index "callleg_interaction_id" to table: "call_legs"
CREATE INDEX "callleg_interaction_id" ON "call_legs" ("interaction_id");
-- create "callbacks" table
CREATE TABLE "callbacks" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "origin_id" character varying NULL, "reason" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'WAITING', "line" bigint NOT NULL DEFAULT 1, "number" character varying NOT NULL, "time_zone" character varying NOT NULL, "place_at" timestamptz NOT NULL, "attempts" bigint NOT NULL DEFAULT 0, "next_attempt_at" timestamptz NOT NULL, "last_attempt_at" timestamptz NULL, "last_sip_code" bigint NOT NULL DEFAULT 0, "node_id" character varying NULL, "ended_at" timestamptz NULL, "interaction_id" character varying NOT NULL, "agency_id" character varying NULL, "region_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "callbacks_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "callbacks_interactions_interaction" FOREIGN KEY ("interaction_id") REFERENCES "interactions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "callbacks_regions_region" FOREIGN KEY ("region_id") REFERENCES "regions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "callback_created_at" to table: "callbacks"
CREATE INDEX "callback_created_at" ON "callbacks" ("created_at");
-- create index "callback_interaction_id" to table: "callbacks"
CREATE UNIQUE INDEX "callback_interaction_id" ON "callbacks" ("interaction_id") WHERE (((state)::text = 'WAITING'::text) OR ((state)::text = 'DIALLING'::text));
-- create index "callback_origin_id" to table: "callbacks"
CREATE INDEX "callback_origin_id" ON "callbacks" ("origin_id");
-- create index "callback_state_next_attempt_at" to table: "callbacks"
CREATE INDEX "callback_state_next_attempt_at" ON "callbacks" ("state", "next_attempt_at") WHERE (((state)::text = 'WAITING'::text) OR ((state)::text = 'DIALLING'::text));
-- create "menus" table
CREATE TABLE "menus" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "code" character varying NOT NULL, "name" character varying NOT NULL, "version_count" bigint NOT NULL DEFAULT 0, "agency_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "menus_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "menus_code_key" to table: "menus"
CREATE UNIQUE INDEX "menus_code_key" ON "menus" ("code");
-- create "menu_versions" table
CREATE TABLE "menu_versions" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "number" bigint NOT NULL, "state" character varying NOT NULL DEFAULT 'DRAFT', "document" jsonb NOT NULL, "comment" character varying NULL, "author_id" character varying NULL, "publisher_id" character varying NULL, "published_at" timestamptz NULL, "menu_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "menu_versions_menus_menu" FOREIGN KEY ("menu_id") REFERENCES "menus" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "menuversion_menu_id_number" to table: "menu_versions"
CREATE UNIQUE INDEX "menuversion_menu_id_number" ON "menu_versions" ("menu_id", "number");
-- create index "menuversion_published" to table: "menu_versions"
CREATE UNIQUE INDEX "menuversion_published" ON "menu_versions" ("menu_id") WHERE ((state)::text = 'PUBLISHED'::text);
-- create "phones" table
CREATE TABLE "phones" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "username" character varying NOT NULL, "realm" character varying NOT NULL, "ha1_md5" character varying NOT NULL, "ha1_sha256" character varying NOT NULL, "active" boolean NOT NULL DEFAULT true, "secret_set_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "phones_accounts_account" FOREIGN KEY ("account_id") REFERENCES "accounts" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "phone_account_id" to table: "phones"
CREATE INDEX "phone_account_id" ON "phones" ("account_id");
-- create index "phones_username_key" to table: "phones"
CREATE UNIQUE INDEX "phones_username_key" ON "phones" ("username");
-- create "phone_bindings" table
CREATE TABLE "phone_bindings" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "account_id" character varying NOT NULL, "node_id" character varying NOT NULL, "contact" character varying NOT NULL, "instance" character varying NULL, "path" jsonb NULL, "transport" character varying NOT NULL, "source" character varying NOT NULL, "local" character varying NOT NULL, "call_id" character varying NOT NULL, "cseq" bigint NOT NULL, "user_agent" character varying NULL, "q" bigint NOT NULL DEFAULT 1000, "updated_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "phone_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "phone_bindings_phones_phone" FOREIGN KEY ("phone_id") REFERENCES "phones" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "phonebinding_account_id" to table: "phone_bindings"
CREATE INDEX "phonebinding_account_id" ON "phone_bindings" ("account_id");
-- create index "phonebinding_expires_at" to table: "phone_bindings"
CREATE INDEX "phonebinding_expires_at" ON "phone_bindings" ("expires_at");
-- create index "phonebinding_phone_id_contact" to table: "phone_bindings"
CREATE UNIQUE INDEX "phonebinding_phone_id_contact" ON "phone_bindings" ("phone_id", "contact");
-- create "recordings" table
CREATE TABLE "recordings" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "object" character varying NOT NULL, "sha256" character varying NOT NULL, "size" bigint NOT NULL, "began_at" timestamptz NOT NULL, "length_ms" bigint NOT NULL, "paused_ms" bigint NOT NULL DEFAULT 0, "recovered" boolean NOT NULL DEFAULT false, "retention" character varying NOT NULL DEFAULT 'INFORMATION', "destroy_after" timestamptz NOT NULL, "destroyed_at" timestamptz NULL, "call_id" character varying NOT NULL, "interaction_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "recordings_calls_call" FOREIGN KEY ("call_id") REFERENCES "calls" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "recordings_interactions_interaction" FOREIGN KEY ("interaction_id") REFERENCES "interactions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "recording_call_id" to table: "recordings"
CREATE INDEX "recording_call_id" ON "recordings" ("call_id");
-- create index "recording_destroy_after" to table: "recordings"
CREATE INDEX "recording_destroy_after" ON "recordings" ("destroy_after") WHERE (destroyed_at IS NULL);
-- create index "recording_interaction_id_began_at" to table: "recordings"
CREATE INDEX "recording_interaction_id_began_at" ON "recordings" ("interaction_id", "began_at");
-- create "service_numbers" table
CREATE TABLE "service_numbers" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "number" character varying NOT NULL, "name" character varying NOT NULL, "active" boolean NOT NULL DEFAULT true, "outbound" boolean NOT NULL DEFAULT false, "menu_id" character varying NULL, "agency_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "service_numbers_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "service_numbers_menus_menu" FOREIGN KEY ("menu_id") REFERENCES "menus" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "service_numbers_number_key" to table: "service_numbers"
CREATE UNIQUE INDEX "service_numbers_number_key" ON "service_numbers" ("number");
-- create "sounds" table
CREATE TABLE "sounds" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "name" character varying NOT NULL, "text" character varying NULL, "size" bigint NOT NULL, "sha256" character varying NOT NULL, "length_ms" bigint NOT NULL, "content" bytea NOT NULL, "author_id" character varying NULL, "agency_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "sounds_agencies_agency" FOREIGN KEY ("agency_id") REFERENCES "agencies" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);

-- +goose Down
-- reverse: create "sounds" table
DROP TABLE "sounds";
-- reverse: create index "service_numbers_number_key" to table: "service_numbers"
DROP INDEX "service_numbers_number_key";
-- reverse: create "service_numbers" table
DROP TABLE "service_numbers";
-- reverse: create index "recording_interaction_id_began_at" to table: "recordings"
DROP INDEX "recording_interaction_id_began_at";
-- reverse: create index "recording_destroy_after" to table: "recordings"
DROP INDEX "recording_destroy_after";
-- reverse: create index "recording_call_id" to table: "recordings"
DROP INDEX "recording_call_id";
-- reverse: create "recordings" table
DROP TABLE "recordings";
-- reverse: create index "phonebinding_phone_id_contact" to table: "phone_bindings"
DROP INDEX "phonebinding_phone_id_contact";
-- reverse: create index "phonebinding_expires_at" to table: "phone_bindings"
DROP INDEX "phonebinding_expires_at";
-- reverse: create index "phonebinding_account_id" to table: "phone_bindings"
DROP INDEX "phonebinding_account_id";
-- reverse: create "phone_bindings" table
DROP TABLE "phone_bindings";
-- reverse: create index "phones_username_key" to table: "phones"
DROP INDEX "phones_username_key";
-- reverse: create index "phone_account_id" to table: "phones"
DROP INDEX "phone_account_id";
-- reverse: create "phones" table
DROP TABLE "phones";
-- reverse: create index "menuversion_published" to table: "menu_versions"
DROP INDEX "menuversion_published";
-- reverse: create index "menuversion_menu_id_number" to table: "menu_versions"
DROP INDEX "menuversion_menu_id_number";
-- reverse: create "menu_versions" table
DROP TABLE "menu_versions";
-- reverse: create index "menus_code_key" to table: "menus"
DROP INDEX "menus_code_key";
-- reverse: create "menus" table
DROP TABLE "menus";
-- reverse: create index "callback_state_next_attempt_at" to table: "callbacks"
DROP INDEX "callback_state_next_attempt_at";
-- reverse: create index "callback_origin_id" to table: "callbacks"
DROP INDEX "callback_origin_id";
-- reverse: create index "callback_interaction_id" to table: "callbacks"
DROP INDEX "callback_interaction_id";
-- reverse: create index "callback_created_at" to table: "callbacks"
DROP INDEX "callback_created_at";
-- reverse: create "callbacks" table
DROP TABLE "callbacks";
-- reverse: create index "callleg_interaction_id" to table: "call_legs"
DROP INDEX "callleg_interaction_id";
-- reverse: create index "callleg_call_id_began_at" to table: "call_legs"
DROP INDEX "callleg_call_id_began_at";
-- reverse: create index "callleg_account_id_began_at" to table: "call_legs"
DROP INDEX "callleg_account_id_began_at";
-- reverse: create "call_legs" table
DROP TABLE "call_legs";
-- reverse: create index "call_node_id" to table: "calls"
DROP INDEX "call_node_id";
-- reverse: create index "call_interaction_id_began_at" to table: "calls"
DROP INDEX "call_interaction_id_began_at";
-- reverse: create "calls" table
DROP TABLE "calls";
-- reverse: create index "trunks_name_key" to table: "trunks"
DROP INDEX "trunks_name_key";
-- reverse: create "trunks" table
DROP TABLE "trunks";
-- reverse: create index "citizen_phone" to table: "citizens"
DROP INDEX "citizen_phone";
-- reverse: create index "servernode_seen_at" to table: "server_nodes"
DROP INDEX "servernode_seen_at";
-- reverse: create "server_nodes" table
DROP TABLE "server_nodes";
