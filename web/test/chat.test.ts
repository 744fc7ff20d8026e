import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client, ChatStart, MessageSend } from "../src/widget/api/client";
import type { Message } from "../src/widget/api/contract";
import { Failure } from "../src/widget/api/failure";
import { Chat } from "../src/widget/dialogue/chat";
import { MemoryStorage, SessionStore } from "../src/widget/dialogue/session";
import { added, FakeTransport, interaction, message, settled, snapshot } from "./fixtures";
import { Timers } from "./timers";

globalThis.crypto ??= { getRandomValues: (a: Uint8Array) => a.map(() => Math.random() * 256) } as unknown as Crypto;

/** A centre that keeps one dialogue and can be made to fail. */
class Centre {
  starts: ChatStart[] = [];
  sent: MessageSend[] = [];
  messages: Message[] = [];
  failure: Failure | null = null;
  /** The answer is lost, though the centre has acted. */
  loseAnswers = false;

  async chatStart(input: ChatStart) {
    this.fail();
    this.starts.push(input);
    if (this.loseAnswers) throw new Failure("network", "lost");
    return { interaction: interaction(), token: "t" };
  }

  async messageSend(_: string, input: MessageSend) {
    this.fail();
    this.sent.push(input);
    let found = this.messages.find((m) => m.clientKey === input.clientKey);
    if (!found) this.messages.push(found = message(this.messages.length + 1, { text: input.text ?? "", clientKey: input.clientKey }));
    if (this.loseAnswers) throw new Failure("network", "lost");
    return found;
  }

  drafts: (string | undefined)[] = [];
  async typingSignal(_: string, __: string, draft?: string) {
    this.drafts.push(draft);
  }

  async snapshot() {
    this.fail();
    return snapshot([...this.messages], `c${this.messages.length}`);
  }

  async handoverRequest() {
    this.fail();
    return interaction({ state: "QUEUED", queuePosition: 2 });
  }

  private fail() {
    if (this.failure) throw this.failure;
  }
}

function bench(storage = new MemoryStorage(), centre = new Centre()) {
  const ws = new FakeTransport();
  const store = new SessionStore(storage, "https://c/graphql", "PFR");
  const config = { endpoint: "https://c/graphql", agency: "PFR", region: "77", pageUrl: "https://a.ru/" };
  const chat = new Chat(config, store, [ws.transport], () => undefined, centre as unknown as Client);
  return { chat, centre, storage, ws, store };
}

const texts = (chat: Chat) => chat.view.dialogue.messages.map((m) => m.text);

test("nothing is sent before the first message; then the dialogue begins once", async () => {
  const { chat, centre, ws } = bench();
  chat.resume();
  await settled();
  assert.equal(centre.starts.length, 0);
  chat.send("первое");
  chat.send("второе");
  await settled();
  assert.equal(centre.starts.length, 1);
  assert.equal(centre.starts[0]!.regionCode, "77");
  assert.deepEqual(texts(chat), ["первое", "второе"]);
  assert.equal(chat.outbox.all.length, 0);
  assert.equal(ws.opened.length, 1);
});

test("lost answers double nothing", async (t) => {
  const timers = new Timers(t);
  const { chat, centre } = bench();
  centre.loseAnswers = true;
  chat.send("вопрос");
  await settled();
  timers.tick(500);
  await settled();
  assert.ok(centre.starts.length > 1);
  assert.equal(new Set(centre.starts.map((start) => start.idempotencyKey)).size, 1);
  centre.loseAnswers = false;
  timers.tick(60_000);
  await settled();
  assert.deepEqual(texts(chat), ["вопрос"]);
  assert.equal(new Set(centre.sent.map((message) => message.clientKey)).size, 1);
});

test("a message that the stream brings is taken out of the outbox", async (t) => {
  new Timers(t);
  const { chat, centre, ws } = bench();
  chat.send("первое");
  await settled();
  centre.loseAnswers = true;
  chat.send("второе");
  await settled();
  assert.equal(chat.outbox.all.length, 1);
  ws.last.sink.opened();
  ws.last.sink.event(added("c2", centre.messages[1]!));
  await settled();
  assert.equal(chat.outbox.all.length, 0);
  assert.deepEqual(texts(chat), ["первое", "второе"]);
});

test("after a reload the dialogue and the unsent messages are there", async () => {
  const first = bench();
  first.chat.send("первое");
  await settled();
  first.centre.failure = new Failure("network", "away");
  first.chat.send("второе");
  await settled();
  first.chat.close();
  first.centre.failure = null;
  const second = bench(first.storage, first.centre);
  second.chat.resume();
  await settled();
  assert.equal(first.centre.starts.length, 1);
  assert.deepEqual(texts(second.chat), ["первое", "второе"]);
  second.chat.close();
});

test("a refused token begins anew and gives the words back", async () => {
  const first = bench();
  first.chat.send("первое");
  await settled();
  first.centre.failure = new Failure("refused", "no", "UNAUTHENTICATED");
  first.chat.send("второе");
  await settled();
  assert.equal(first.chat.view.returned, "второе");
  assert.match(first.chat.view.notice!, /истёк/);
  assert.equal(first.chat.started, false);
  assert.equal(first.store.load(), null);
  first.centre.failure = null;
  first.chat.send("снова");
  await settled();
  assert.equal(first.centre.starts.length, 2);
  assert.notEqual(first.centre.starts[0]!.idempotencyKey, first.centre.starts[1]!.idempotencyKey);
});

test("a hole in the sequence is filled from a fresh snapshot", async () => {
  const { chat, centre, ws } = bench();
  chat.send("первое");
  await settled();
  centre.messages.push(message(2, { author: "ASSISTANT", text: "ответ" }), message(3, { author: "OPERATOR", text: "и ещё" }));
  ws.last.sink.opened();
  ws.last.sink.event(added("c3", centre.messages[2]!));
  await settled();
  assert.deepEqual(texts(chat), ["первое", "ответ", "и ещё"]);
  assert.equal(ws.opened.length, 2);
});

test("a key that began an old chat is given up for a new one", async () => {
  const { chat, centre, store } = bench();
  const old = store.loadOrCreate().idempotencyKey;
  const start = centre.chatStart.bind(centre);
  centre.chatStart = (input) => input.idempotencyKey === old
    ? Promise.reject(new Failure("rejected", "used", "CONFLICT")) : start(input);
  chat.send("вопрос");
  await settled();
  assert.deepEqual(texts(chat), ["вопрос"]);
  assert.notEqual(store.load()?.idempotencyKey, old);
});

test("a token that another tab renewed is taken over", async () => {
  const { chat, centre, store, ws } = bench();
  chat.send("первое");
  await settled();
  store.save({ ...store.load()!, token: "newer" });
  ws.last.sink.ended(new Failure("refused", "no", "UNAUTHENTICATED"));
  await settled();
  assert.equal(ws.last.request.token, "newer");
  assert.equal(chat.view.notice, null);
  assert.equal(centre.starts.length, 1);
});

test("a citizen may write while the operator records the talk", async () => {
  const { chat, ws } = bench();
  chat.send("первое");
  await settled();
  const changed = (state: "WRAP_UP" | "CLOSED") =>
    ws.last.sink.event({ __typename: "InteractionChanged", cursor: state, at: "", interaction: interaction({ state }) });
  ws.last.sink.opened();
  changed("WRAP_UP");
  assert.equal(chat.over, false);
  changed("CLOSED");
  assert.equal(chat.over, true);
});

test("two tabs share one dialogue", async () => {
  const first = bench();
  const second = bench(first.storage, first.centre);
  first.chat.send("первое");
  await settled();
  second.chat.storageChanged(`${second.store.prefix}:session`);
  await settled();
  assert.deepEqual(texts(second.chat), ["первое"]);
  second.chat.send("второе");
  await settled();
  assert.equal(first.centre.starts.length, 1);
  first.chat.startOver();
  second.chat.storageChanged(`${second.store.prefix}:session`);
  assert.equal(second.chat.started, false);
  assert.deepEqual(texts(second.chat), []);
});

test("calling a person shows the queue; without network it says so", async () => {
  const { chat, centre } = bench();
  await chat.requestHuman();
  assert.equal(chat.view.dialogue.interaction?.queuePosition, 2);
  centre.failure = new Failure("network", "away");
  await chat.requestHuman();
  assert.match(chat.view.notice!, /Нет связи/);
  assert.equal(chat.view.busy, null);
});

test("what is being written is told only where it is welcome, the last words with patience, and not after it was sent", async (t) => {
  const { chat, centre, ws } = bench();
  chat.send("первое");
  await settled();
  ws.last.sink.opened();
  const timers = new Timers(t);
  const { now } = Date;
  let clock = now();
  t.after(() => { Date.now = now; });
  Date.now = () => clock;
  const pass = (milliseconds: number) => { clock += milliseconds; timers.tick(milliseconds); };
  const talk = (cursor: string, draftsWelcome: boolean) => ws.last.sink.event({
    __typename: "InteractionChanged", cursor, at: "", interaction: interaction({ state: "ACTIVE", draftsWelcome }),
  });
  const write = (words: string) => { chat.draft = words; chat.typing(); };
  talk("c5", false);
  write("как");
  assert.deepEqual(centre.drafts, [undefined]);
  talk("c6", true);
  pass(5_000);
  write("как офо");
  write("как оформить");
  write("как оформить пособие");
  assert.deepEqual(centre.drafts.slice(1), ["как офо"]);
  pass(1_200);
  assert.deepEqual(centre.drafts.slice(1), ["как офо", "как оформить пособие"]);
  write("как оформить пособие?");
  chat.send("как оформить пособие?");
  pass(5_000);
  assert.equal(centre.drafts.length, 3);
});
