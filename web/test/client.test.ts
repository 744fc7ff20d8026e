import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../src/widget/api/client";
import { Failure } from "../src/widget/api/failure";
import { fileObjection } from "../src/widget/api/upload";
import { interaction, message } from "./fixtures";

type Answer = { status?: number; body?: unknown; text?: string };

function client(...answers: (Answer | Error)[]) {
  const requests: { headers: Record<string, string>; body: { query: string; variables: Record<string, unknown> } }[] = [];
  const fetcher = (_: unknown, init: RequestInit) => {
    requests.push({ headers: init.headers as Record<string, string>, body: JSON.parse(init.body as string) });
    const answer = answers.shift()!;
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(new Response(answer.text ?? JSON.stringify(answer.body), { status: answer.status ?? 200 }));
  };
  return { client: new Client("https://c/graphql", fetcher as unknown as typeof fetch), requests };
}

async function kindOf(call: Promise<unknown>): Promise<string> {
  const failure = await call.then(() => null, (reason: unknown) => reason);
  assert.ok(failure instanceof Failure);
  return `${failure.kind} ${failure.code}`.trim();
}

const errors = (code: string, field: string | null = null) =>
  ({ body: { data: { messageSend: { message: null, userErrors: [{ code, field, message: "m" }] } } } });
const send = (c: Client) => c.messageSend("t", { interactionId: "int_1", text: "а", clientKey: "k" });

test("a chat is begun without a token and with the key", async () => {
  const { client: c, requests } = client({ body: { data: { chatStart: { interaction: interaction(), token: "t", userErrors: [] } } } });
  assert.equal((await c.chatStart({ agencyCode: "PFR", idempotencyKey: "key" })).token, "t");
  assert.equal(requests[0]!.headers.Authorization, undefined);
  assert.deepEqual(requests[0]!.body.variables, { input: { agencyCode: "PFR", idempotencyKey: "key" } });
});

test("what went wrong decides what to do", async () => {
  const cases: [Answer | Error, string][] = [
    [new TypeError("Failed to fetch"), "network"],
    [{ status: 502, text: "<html>" }, "network UNAVAILABLE"],
    [{ status: 429, text: "" }, "busy RATE_LIMITED"],
    [{ status: 401, text: "" }, "refused UNAUTHENTICATED"],
    [{ status: 400, text: "" }, "rejected"],
    [{ text: "not json" }, "rejected"],
    [{ body: { errors: [{ message: "m", extensions: { code: "UNAUTHENTICATED" } }] } }, "refused UNAUTHENTICATED"],
    [{ body: { errors: [{ message: "m", extensions: { code: "INTERNAL" } }] } }, "network INTERNAL"],
    [{ body: { errors: [{ message: "m" }] } }, "rejected"],
    [{ body: { data: { messageSend: { message: null, userErrors: [] } } } }, "network INTERNAL"],
    [errors("INVALID", "input.text"), "rejected INVALID"],
    [errors("RATE_LIMITED"), "busy RATE_LIMITED"],
    [errors("NOT_FOUND", "input.interactionId"), "refused NOT_FOUND"],
    [errors("NOT_FOUND", "input.attachmentIds"), "rejected NOT_FOUND"],
    [errors("CONFLICT"), "rejected CONFLICT"],
  ];
  for (const [answer, kind] of cases) assert.equal(await kindOf(send(client(answer).client)), kind, JSON.stringify(answer));
});

test("a long dialogue is read in pages, from the cursor of the first", async () => {
  const page = (cursor: string, sequences: number[], start: string | null) => ({
    body: { data: { interaction: { ...interaction(), cursor, messages: {
      edges: sequences.map((n) => ({ node: message(n) })), pageInfo: { hasPreviousPage: start !== null, startCursor: start },
    } } } },
  });
  const { client: c, requests } = client(page("c9", [3, 4], "p3"), page("c10", [1, 2], null));
  const read = await c.snapshot("t", "int_1");
  assert.equal(read.cursor, "c9");
  assert.deepEqual(read.messages.map((m) => m.sequence), [1, 2, 3, 4]);
  assert.equal(requests[1]!.body.variables.before, "p3");
  assert.equal(requests[1]!.headers.Authorization, "Bearer t");
});

test("an interaction that is gone is a refusal", async () => {
  assert.equal(await kindOf(client({ body: { data: { interaction: null } } }).client.snapshot("t", "x")), "refused NOT_FOUND");
});

test("files are checked before they are sent", () => {
  assert.equal(fileObjection({ name: "Справка.PDF", size: 10 }), null);
  assert.match(fileObjection({ name: "a.exe", size: 10 })!, /тип/);
  assert.match(fileObjection({ name: "pdf", size: 10 })!, /тип/);
  assert.match(fileObjection({ name: "a.pdf", size: 0 })!, /пуст/);
  assert.match(fileObjection({ name: "a.pdf", size: 10 * 1024 * 1024 + 1 })!, /10 МБ/);
  assert.equal(fileObjection({ name: "a.pdf", size: 10 * 1024 * 1024 }), null);
});
