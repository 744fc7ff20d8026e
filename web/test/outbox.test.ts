import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../src/widget/api/failure";
import { Outbox, type OutboxItem } from "../src/widget/dialogue/outbox";
import { type KeyValue, MemoryStorage } from "../src/widget/dialogue/session";
import { settled } from "./fixtures";
import { Timers } from "./timers";

interface Bench { outbox: Outbox; sent: string[]; refused: number; answer: (item: OutboxItem) => Promise<void> }

function bench(storage: KeyValue = new MemoryStorage()): Bench {
  const it = { sent: [] as string[], refused: 0, answer: () => Promise.resolve() } as unknown as Bench;
  it.outbox = new Outbox(storage, "p", {
    send: (item) => { it.sent.push(item.text); return it.answer(item); },
    changed: () => undefined,
    refused: () => { it.refused++; },
  }, () => 0);
  return it;
}

const item = (n: number) => ({ clientKey: `k${n}`, text: `т${n}`, choiceId: null, attachments: [], createdAt: n });
const network = () => Promise.reject(new Failure("network", "away"));

test("messages go one after another, in the order of writing", async () => {
  const it = bench();
  const answers: (() => void)[] = [];
  it.answer = () => new Promise((resolve) => answers.push(resolve));
  it.outbox.add(item(1));
  it.outbox.add(item(2));
  await settled();
  assert.deepEqual(it.sent, ["т1"]);
  answers[0]!();
  await settled();
  assert.deepEqual(it.sent, ["т1", "т2"]);
  answers[1]!();
  await settled();
  assert.equal(it.outbox.all.length, 0);
});

test("without network they stay and are sent again, with growing pauses and the same key", async (t) => {
  const timers = new Timers(t);
  const it = bench();
  const keys: string[] = [];
  it.answer = (sent) => { keys.push(sent.clientKey); return network(); };
  it.outbox.add(item(1));
  await settled();
  assert.equal(it.outbox.all[0]?.state, "pending");
  timers.tick(249);
  await settled();
  assert.equal(keys.length, 1);
  timers.tick(1);
  await settled();
  timers.tick(499);
  await settled();
  assert.equal(keys.length, 2);
  it.answer = (sent) => { keys.push(sent.clientKey); return Promise.resolve(); };
  timers.tick(1);
  await settled();
  assert.deepEqual(keys, ["k1", "k1", "k1"]);
  assert.equal(it.outbox.all.length, 0);
});

test("a message that the centre does not accept fails alone", async () => {
  const it = bench();
  it.answer = (sent) => sent.clientKey === "k1" ? Promise.reject(new Failure("rejected", "no", "INVALID")) : Promise.resolve();
  it.outbox.add(item(1));
  it.outbox.add(item(2));
  await settled();
  assert.deepEqual(it.outbox.all.map((i) => [i.clientKey, i.state, i.failure?.code]), [["k1", "failed", "INVALID"]]);
  it.answer = () => Promise.resolve();
  it.outbox.retry("k1");
  await settled();
  assert.equal(it.outbox.all.length, 0);
});

test("a message that makes the centre fail does not block the others for ever", async (t) => {
  const timers = new Timers(t);
  const it = bench();
  it.answer = (sent) => sent.clientKey === "k1" ? Promise.reject(new Failure("network", "x", "INTERNAL")) : Promise.resolve();
  it.outbox.add(item(1));
  it.outbox.add(item(2));
  for (let i = 0; i < 5; i++) {
    await settled();
    timers.tick(60_000);
  }
  await settled();
  assert.deepEqual(it.outbox.all.map((i) => [i.clientKey, i.state]), [["k1", "failed"]]);
  assert.ok(it.sent.includes("т2"));
});

test("what the live stream brought is not sent again", async (t) => {
  const timers = new Timers(t);
  const it = bench();
  it.answer = network;
  it.outbox.add(item(1));
  await settled();
  it.outbox.acknowledge("k1");
  timers.tick(60_000);
  await settled();
  assert.deepEqual(it.sent, ["т1"]);
});

test("unsent messages survive a reload and are sent by the next page", async () => {
  const storage = new MemoryStorage();
  const before = bench(storage);
  before.answer = () => new Promise(() => undefined);
  before.outbox.add(item(2));
  before.outbox.add(item(1));
  before.outbox.close();
  storage.setItem("p:out:bad", "{");
  const after = bench(storage);
  await after.outbox.flush();
  assert.deepEqual(after.sent, ["т1", "т2"]);
  assert.equal(storage.getItem("p:out:k1"), null);
});

test("a full storage loses nothing while the page lives", async () => {
  const storage = new MemoryStorage();
  storage.setItem = () => { throw new Error("full"); };
  const it = bench(storage);
  it.answer = network;
  it.outbox.add(item(1));
  await settled();
  it.outbox.reload();
  assert.equal(it.outbox.all.length, 1);
  it.outbox.close();
});

test("a refused token stops the sending and is told once", async () => {
  const it = bench();
  it.answer = () => Promise.reject(new Failure("refused", "no", "UNAUTHENTICATED"));
  it.outbox.add(item(1));
  await settled();
  assert.equal(it.refused, 1);
  assert.deepEqual(it.outbox.drain().map((i) => i.text), ["т1"]);
  assert.equal(it.outbox.all.length, 0);
});
