import assert from "node:assert/strict";
import { test } from "node:test";
import { EventStreamParser } from "../src/widget/api/stream";

function parse(chunks: string[]): [string, string][] {
  const events: [string, string][] = [];
  const parser = new EventStreamParser((event, data) => events.push([event, data]));
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

const STREAM = ': ping\n\nevent: next\ndata: {"a":\ndata: 1}\n\nevent: next\r\ndata: 2\r\n\r\nevent: complete\n\n';
const EVENTS = [["next", '{"a":\n1}'], ["next", "2"], ["complete", ""]];

test("events are read however the network cuts them", () => {
  assert.deepEqual(parse([STREAM]), EVENTS);
  assert.deepEqual(parse([...STREAM]), EVENTS);
  for (let cut = 1; cut < STREAM.length; cut++) {
    assert.deepEqual(parse([STREAM.slice(0, cut), STREAM.slice(cut)]), EVENTS, `cut at ${cut}`);
  }
});

test("what is not ended yet is not told", () => {
  assert.deepEqual(parse(["event: next\ndata: 1\n"]), []);
  assert.deepEqual(parse(["data:x\nid: 7\nretry: 3\n\n"]), [["message", "x"]]);
});
