import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "../src/widget/dialogue/backoff";
import * as state from "../src/widget/dialogue/state";
import { added, interaction, message, snapshot } from "./fixtures";

test("a message that comes twice is there once, in its place", () => {
  let dialogue = state.withMessages(state.EMPTY, [message(2), message(1)]);
  dialogue = state.withEvent(dialogue, added("9", message(2, { text: "новый" })), 0);
  assert.deepEqual(dialogue.messages.map((m) => [m.sequence, m.text]), [[1, "текст 1"], [2, "новый"]]);
});

test("a snapshot keeps messages that came meanwhile", () => {
  let dialogue = state.withEvent(state.EMPTY, added("3", message(3)), 0);
  dialogue = state.withSnapshot(dialogue, snapshot([message(1), message(2)], "2"));
  assert.deepEqual(dialogue.messages.map((m) => m.sequence), [1, 2, 3]);
  assert.equal(dialogue.interaction?.id, "int_1");
  assert.ok(!("cursor" in dialogue.interaction!));
});

test("a missing message is noticed", () => {
  assert.equal(state.hasGap(state.EMPTY), false);
  assert.equal(state.hasGap(state.withMessages(state.EMPTY, [message(4), message(5)])), false);
  assert.equal(state.hasGap(state.withMessages(state.EMPTY, [message(1), message(3)])), true);
});

test("typing ends with the message, with time, and with the dialogue", () => {
  const at = { cursor: "1", at: "" };
  const typing = state.withEvent(state.EMPTY, { __typename: "Typing", author: "OPERATOR", ...at }, 1000);
  assert.equal(typing.typing?.author, "OPERATOR");
  assert.ok(typing.typing!.until > 6000 && typing.typing!.until < 10_000);
  assert.equal(state.withEvent(typing, added("2", message(1, { author: "OPERATOR" })), 0).typing, null);
  assert.notEqual(state.withEvent(typing, added("2", message(1, { author: "CITIZEN" })), 0).typing, null);
  assert.equal(state.withInteraction(typing, interaction({ state: "CLOSED" })).typing, null);
  assert.equal(state.withEvent(state.EMPTY, { __typename: "Typing", author: "CITIZEN", ...at }, 0).typing, null);
});

test("the place in the queue changes the interaction", () => {
  const waiting = state.withInteraction(state.EMPTY, interaction({ state: "QUEUED", queuePosition: 3 }));
  const event = { __typename: "QueuePositionChanged", cursor: "1", at: "", position: 2, expectedWaitSeconds: 60 } as const;
  assert.equal(state.withEvent(waiting, event, 0).interaction?.queuePosition, 2);
  assert.equal(state.withEvent(state.EMPTY, event, 0), state.EMPTY);
});

test("an event of a newer centre changes nothing", () => {
  const unknown = { __typename: "Fireworks", cursor: "1", at: "" } as unknown as Parameters<typeof state.withEvent>[1];
  assert.equal(state.withEvent(state.EMPTY, unknown, 0), state.EMPTY);
});

test("only others' messages are unread", () => {
  const dialogue = state.withMessages(state.EMPTY, [message(1), message(2, { author: "ASSISTANT" }), message(3, { author: "SYSTEM" })]);
  assert.equal(state.unread(dialogue, 0), 2);
  assert.equal(state.unread(dialogue, 2), 1);
});

test("pauses grow, are capped and scattered", () => {
  assert.equal(pause(0, () => 0), 250);
  assert.equal(pause(0, () => 0.999), 500);
  assert.equal(pause(3, () => 0), 2000);
  assert.equal(pause(1000, () => 0.999), 14_993);
});
