// Values and stand-ins that several tests need.

import type { DialogueEvent, Interaction, Message, Snapshot } from "../src/widget/api/contract";
import type { StreamRequest, StreamSink, Transport } from "../src/widget/api/stream";

export function message(sequence: number, change: Partial<Message> = {}): Message {
  return {
    id: `msg_${sequence}`, sequence, author: "CITIZEN", kind: "TEXT", operator: null, text: `текст ${sequence}`,
    citations: [], choices: [], attachments: [], clientKey: null, helpful: null,
    createdAt: "2026-11-22T10:00:00Z", ...change,
  };
}

export function interaction(change: Partial<Interaction> = {}): Interaction {
  return {
    id: "int_1", state: "WITH_ASSISTANT", operator: null, queuePosition: null, expectedWaitSeconds: null,
    closedAt: null, rating: null, draftsWelcome: false, ...change,
  };
}

export function snapshot(messages: Message[], cursor: string, change: Partial<Interaction> = {}): Snapshot {
  return { ...interaction(change), cursor, messages };
}

export function added(cursor: string, said: Message): DialogueEvent {
  return { __typename: "MessageAdded", cursor, at: "2026-11-22T10:00:00Z", message: said };
}

/** A transport that the test plays itself. */
export class FakeTransport {
  readonly opened: { request: StreamRequest; sink: StreamSink; released: boolean }[] = [];

  readonly transport: Transport = (_, request, sink) => {
    const stream = { request, sink, released: false };
    this.opened.push(stream);
    return () => { stream.released = true; };
  };

  get last() { return this.opened[this.opened.length - 1]!; }
}

/** Lets everything that is ready run: promises and their followers. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
