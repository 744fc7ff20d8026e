// The live stream of one dialogue over one of two transports. A stream tells of its end exactly once and never
// reconnects by itself: connection.ts does, because every attempt must resume after the newest cursor.

import { createClient } from "graphql-ws";
import { requestHeaders } from "./client";
import { DIALOGUE, type DialogueEvent } from "./contract";
import { asFailure, Failure, failureOfFaults, failureOfStatus, type GraphQLFault } from "./failure";

export type TransportName = "websocket" | "sse";

export interface StreamRequest { token: string; interactionId: string; after: string | null }

export interface StreamSink {
  /** The transport is up and the token was accepted. */
  opened(): void;
  event(event: DialogueEvent): void;
  /** The end; null when the centre completed the stream in good order. */
  ended(failure: Failure | null): void;
}

export type Transport = (endpoint: string, request: StreamRequest, sink: StreamSink) => () => void;

interface Result { data?: { dialogue: DialogueEvent } | null; errors?: readonly GraphQLFault[] }

/** A connection that is not acknowledged in this time is given up: a proxy may swallow websockets silently. */
const OPEN_TIMEOUT_MS = 8_000;
/** A ping every so often, and the connection counts as dead when the pong takes longer than PONG_MS. */
const PING_MS = 12_000;
const PONG_MS = 6_000;
/** An SSE stream that is silent for so long is opened anew; resuming costs little. */
const SILENCE_MS = 60_000;

/** Passes on what comes until the first end. */
function once(sink: StreamSink): StreamSink & { over: boolean } {
  const guard = {
    over: false,
    opened: () => { if (!guard.over) sink.opened(); },
    event: (event: DialogueEvent) => { if (!guard.over) sink.event(event); },
    ended: (failure: Failure | null) => {
      if (guard.over) return;
      guard.over = true;
      sink.ended(failure);
    },
  };
  return guard;
}

function deliver(result: Result, sink: StreamSink): void {
  const failure = failureOfFaults(result.errors);
  if (failure) sink.ended(failure);
  else if (result.data) sink.event(result.data.dialogue);
}

export const websocket: Transport = (endpoint, request, target) => {
  const sink = once(target);
  let pong: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: endpoint.replace(/^http/, "ws"),
    connectionParams: { authorization: `Bearer ${request.token}` },
    retryAttempts: 0,
    lazy: true,
    lazyCloseTimeout: 0,
    keepAlive: PING_MS,
    on: {
      connected: () => { clearTimeout(opening); sink.opened(); },
      ping: (received) => { if (!received) pong = setTimeout(() => client.terminate(), PONG_MS); },
      pong: (received) => { if (received) clearTimeout(pong); },
    },
    onNonLazyError: () => undefined,
  });
  const opening = setTimeout(() => client.terminate(), OPEN_TIMEOUT_MS);
  const release = client.subscribe<Result["data"]>(
    { query: DIALOGUE, variables: { interactionId: request.interactionId, after: request.after } },
    {
      next: (result) => deliver(result as Result, sink),
      error: (reason) => sink.ended(failureOfClosure(reason)),
      complete: () => sink.ended(null),
    },
  );
  return () => {
    sink.over = true;
    clearTimeout(opening);
    clearTimeout(pong);
    release();
    void client.dispose();
  };
};

/** graphql-ws reports a close event, a list of GraphQL errors, or an Error. */
function failureOfClosure(reason: unknown): Failure {
  if (Array.isArray(reason)) return failureOfFaults(reason as GraphQLFault[]) ?? new Failure("network", "error");
  const code = (reason as { code?: unknown } | null)?.code;
  if (code === 4401 || code === 4403) return new Failure("refused", `closed with ${code}`, "UNAUTHENTICATED");
  return new Failure("network", typeof code === "number" ? `closed with ${code}` : "connection lost");
}

export const sse: Transport = (endpoint, request, target) => {
  const sink = once(target);
  const abort = new AbortController();
  let silence: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => abort.abort(), SILENCE_MS);
  };
  heard();
  readStream(endpoint, request, sink, abort.signal, heard)
    .then(() => sink.ended(null), (reason) => sink.ended(asFailure(reason)))
    .finally(() => clearTimeout(silence));
  return () => {
    sink.over = true;
    abort.abort();
  };
};

async function readStream(
  endpoint: string, request: StreamRequest, sink: StreamSink, signal: AbortSignal, heard: () => void,
): Promise<void> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { ...requestHeaders(request.token), Accept: "text/event-stream" },
    body: JSON.stringify({
      query: DIALOGUE, variables: { interactionId: request.interactionId, after: request.after },
    }),
    signal,
    credentials: "omit",
    cache: "no-store",
  });
  const failure = failureOfStatus(response.status);
  if (failure) throw failure;
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream") || !response.body) {
    const body = (await response.json().catch(() => null)) as Result | null;
    throw failureOfFaults(body?.errors) ?? new Failure("network", "not an event stream");
  }
  sink.opened();
  const parser = new EventStreamParser((event, data) => {
    if (event === "next" && data) deliver(JSON.parse(data) as Result, sink);
    if (event === "complete") sink.ended(null);
  });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Failure("network", "stream broken");
    heard();
    parser.push(decoder.decode(value, { stream: true }));
  }
}

/** Cuts a text/event-stream (WHATWG HTML, § 9.2.6) into events, however the network cut it into chunks. */
export class EventStreamParser {
  private rest = "";
  private event = "";
  private data: string[] = [];

  constructor(private readonly emit: (event: string, data: string) => void) {}

  push(chunk: string): void {
    const lines = (this.rest + chunk).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop()!;
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    if (line === "") {
      if (this.event !== "" || this.data.length > 0) this.emit(this.event || "message", this.data.join("\n"));
      this.event = "";
      this.data = [];
      return;
    }
    if (line.startsWith(":")) return;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.event = value;
    if (field === "data") this.data.push(value);
  }
}
