import assert from "node:assert/strict";
import { test } from "node:test";
import { newKey } from "../src/widget/dialogue/keys";
import { MemoryStorage, SessionStore } from "../src/widget/dialogue/session";

const bytes = (array: Uint8Array) => array.fill(0xab);
globalThis.crypto ??= { getRandomValues: bytes } as unknown as Crypto;

test("keys are long and never the same", () => {
  assert.match(newKey(), /^[0-9a-f]{32}$/);
  assert.equal(newKey(bytes), "ab".repeat(16));
});

test("a session survives a reload", () => {
  const storage = new MemoryStorage();
  const first = new SessionStore(storage, "https://a/graphql", "PFR").loadOrCreate();
  assert.equal(first.interactionId, null);
  new SessionStore(storage, "https://a/graphql", "PFR").save({ ...first, interactionId: "int_1", token: "t", readSequence: 4 });
  const again = new SessionStore(storage, "https://a/graphql", "PFR").loadOrCreate();
  assert.deepEqual(again, { ...first, interactionId: "int_1", token: "t", readSequence: 4 });
});

test("each centre and agency has its own", () => {
  const storage = new MemoryStorage();
  new SessionStore(storage, "https://a/graphql", "PFR").loadOrCreate();
  assert.equal(new SessionStore(storage, "https://a/graphql", "FSS").load(), null);
  assert.equal(new SessionStore(storage, "https://b/graphql", "PFR").load(), null);
});

test("spoiled storage is as good as empty", () => {
  const storage = new MemoryStorage();
  const store = new SessionStore(storage, "e", "");
  for (const value of ["{", "null", "[]", "7", '{"idempotencyKey":3}']) {
    storage.setItem(`${store.prefix}:session`, value);
    assert.equal(store.load(), null, value);
  }
  storage.setItem(`${store.prefix}:session`, '{"idempotencyKey":"k","interactionId":"int_1"}');
  assert.equal(store.load()?.interactionId, null, "an id without a token is no session");
});

test("a full storage costs only the resume", () => {
  const storage = new MemoryStorage();
  storage.setItem = () => { throw new Error("full"); };
  assert.match(new SessionStore(storage, "e", "").loadOrCreate().idempotencyKey, /^[0-9a-f]{32}$/);
});
