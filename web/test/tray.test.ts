import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../src/widget/api/failure";
import { Tray } from "../src/widget/dialogue/tray";
import { settled } from "./fixtures";

const file = { name: "справка.png", size: 10 } as File;

function trayThatFails(failure: Failure) {
  const refused: Failure[] = [];
  const tray = new Tray({
    begin: () => Promise.reject(failure),
    changed: () => undefined,
    refused: (reason) => refused.push(reason),
  });
  return { tray, refused };
}

test("a file that the centre does not accept cannot be tried again; one that was lost on the way can", async () => {
  const rejected = trayThatFails(new Failure("rejected", "not a picture", "INVALID"));
  rejected.tray.add([file]);
  await settled();
  assert.deepEqual(rejected.tray.all.map((f) => f.state), ["objected"]);
  assert.match(rejected.tray.all[0]!.problem!, /не принят/);
  const lost = trayThatFails(new Failure("network", "lost"));
  lost.tray.add([file]);
  await settled();
  assert.deepEqual(lost.tray.all.map((f) => f.state), ["failed"]);
  lost.tray.retry(lost.tray.all[0]!.key);
  assert.deepEqual(lost.tray.all.map((f) => f.state), ["uploading"]);
});
