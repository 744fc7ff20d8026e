import assert from "node:assert/strict";
import { test } from "node:test";
import type { DialogueEvent, Snapshot } from "../src/widget/api/contract";
import { Failure } from "../src/widget/api/failure";
import { Connection } from "../src/widget/dialogue/connection";
import { added, FakeTransport, message, settled, snapshot } from "./fixtures";
import { Timers } from "./timers";

function bench() {
  const ws = new FakeTransport();
  const sse = new FakeTransport();
  const seen = { events: [] as DialogueEvent[], status: [] as string[], snapshots: 0, refused: 0, over: false };
  const port = {
    endpoint: "https://c/graphql", token: "t", interactionId: "int_1",
    transports: [ws.transport, sse.transport],
    load: (): Promise<Snapshot> => Promise.resolve(snapshot([message(1)], "c1")),
    snapshot: () => { seen.snapshots++; },
    event: (event: DialogueEvent) => { seen.events.push(event); },
    status: (status: string) => { seen.status.push(status); },
    refused: () => { seen.refused++; },
    over: () => seen.over,
  };
  return { ws, sse, seen, port, connection: new Connection(port, () => 0) };
}

const lost = new Failure("network", "lost");

test("it subscribes after the snapshot and resumes after the newest event", async (t) => {
  const timers = new Timers(t);
  const { ws, seen, connection } = bench();
  connection.start();
  await settled();
  assert.equal(ws.last.request.after, "c1");
  ws.last.sink.opened();
  ws.last.sink.event(added("c2", message(2)));
  ws.last.sink.ended(lost);
  timers.tick(250);
  await settled();
  assert.equal(ws.opened.length, 2);
  assert.equal(ws.last.request.after, "c2");
  assert.equal(seen.snapshots, 1, "a resume needs no second snapshot");
  assert.deepEqual(seen.status, ["connecting", "live", "lost"]);
});

test("a websocket that does not open makes it try server-sent events at once", async (t) => {
  const timers = new Timers(t);
  const { ws, sse, seen, connection } = bench();
  connection.start();
  await settled();
  ws.last.sink.ended(lost);
  assert.equal(sse.opened.length, 1);
  sse.last.sink.opened();
  sse.last.sink.event(added("c2", message(2)));
  assert.equal(seen.events.length, 1);
  sse.last.sink.ended(lost);
  timers.tick(250);
  await settled();
  assert.equal(sse.opened.length, 2, "what worked is tried again");
  sse.last.sink.ended(lost);
  timers.tick(60_000);
  await settled();
  assert.equal(ws.opened.length, 2, "the next round begins with the websocket");
});

test("pauses grow while the centre is away, and a kick ends the pause", async (t) => {
  const timers = new Timers(t);
  const { ws, port, connection } = bench();
  let loads = 0;
  port.load = () => { loads++; return Promise.reject(lost); };
  connection.start();
  await settled();
  for (const delay of [250, 500, 1000]) {
    timers.tick(delay - 1);
    await settled();
    const before: number = loads;
    timers.tick(1);
    await settled();
    assert.equal(loads, before + 1);
  }
  port.load = () => Promise.resolve(snapshot([], "c1"));
  connection.kick();
  await settled();
  assert.equal(ws.opened.length, 1);
  connection.kick();
  await settled();
  assert.equal(ws.opened.length, 1, "a kick does not disturb a stream that lives");
});

test("a cursor that is not accepted leads to a fresh snapshot", async (t) => {
  const timers = new Timers(t);
  const { ws, seen, connection } = bench();
  connection.start();
  await settled();
  ws.last.sink.opened();
  ws.last.sink.ended(new Failure("rejected", "cursor", "INVALID"));
  timers.tick(250);
  await settled();
  assert.equal(seen.snapshots, 2);
});

test("a refused token ends it", async (t) => {
  const timers = new Timers(t);
  const { ws, seen, connection } = bench();
  connection.start();
  await settled();
  ws.last.sink.ended(new Failure("refused", "no", "UNAUTHENTICATED"));
  timers.tick(60_000);
  await settled();
  assert.equal(seen.refused, 1);
  assert.equal(ws.opened.length, 1);
});

test("an orderly end is final only when the dialogue is over", async (t) => {
  const timers = new Timers(t);
  const { ws, seen, connection } = bench();
  connection.start();
  await settled();
  ws.last.sink.opened();
  ws.last.sink.ended(null);
  timers.tick(250);
  await settled();
  assert.equal(ws.opened.length, 2, "a full buffer ends the stream, the dialogue goes on");
  seen.over = true;
  ws.last.sink.ended(null);
  timers.tick(60_000);
  await settled();
  assert.equal(ws.opened.length, 2);
});

test("after stop nothing more happens", async (t) => {
  const timers = new Timers(t);
  const { ws, seen, connection } = bench();
  connection.start();
  await settled();
  connection.stop();
  assert.equal(ws.last.released, true);
  ws.last.sink.event(added("c2", message(2)));
  ws.last.sink.ended(lost);
  timers.tick(60_000);
  await settled();
  assert.equal(seen.events.length, 0);
  assert.equal(ws.opened.length, 1);
});
