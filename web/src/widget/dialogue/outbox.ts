// Messages that were written but not acknowledged yet. They are sent one after another in the order of writing, again
// and again while the network is away; the client key makes every repeat harmless. Each is kept under a key of its own
// in the storage, so that two tabs never overwrite each other's.

import type { Attachment } from "../api/contract";
import { asFailure, type Failure } from "../api/failure";
import { pause } from "./backoff";
import type { KeyValue } from "./session";

export interface OutboxItem {
  clientKey: string;
  text: string;
  choiceId: string | null;
  attachments: Attachment[];
  /** Milliseconds since 1970. */
  createdAt: number;
  state: "pending" | "failed";
  /** Why it failed; null while pending. */
  failure: { kind: string; code: string } | null;
}

export interface OutboxPort {
  /** Sends one item; a Failure that may pass leaves it pending. */
  send(item: OutboxItem): Promise<void>;
  changed(): void;
  /** The dialogue is not accepted any more. */
  refused(failure: Failure): void;
}

/** So many answers of INTERNAL to one and the same item, and it counts as failed. */
const MAX_FAULTS = 4;

export class Outbox {
  private items: OutboxItem[] = [];
  private sending = false;
  private attempt = 0;
  private faults = 0;
  private setback: Failure | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly storage: KeyValue,
    private readonly prefix: string,
    private readonly port: OutboxPort,
    private readonly random: () => number = Math.random,
  ) {
    this.reload();
  }

  get all(): readonly OutboxItem[] { return this.items; }

  /** Why the last attempt did not get through; null when it did, or nothing waits. */
  get trouble(): Failure | null { return this.next() ? this.setback : null; }

  /** Reads the storage again: another tab wrote or removed something. */
  reload(): void {
    const items: OutboxItem[] = [];
    for (let i = 0; i < this.storage.length; i++) {
      const key = this.storage.key(i);
      if (!key || !this.concerns(key)) continue;
      const item = parseItem(this.storage.getItem(key));
      if (item) items.push(item);
    }
    const stored = new Set(items.map((item) => item.clientKey));
    // What could not be written to a full storage lives in memory only.
    const unstored = this.items.filter((item) => !stored.has(item.clientKey) && this.inMemoryOnly.has(item.clientKey));
    this.items = [...items, ...unstored].sort((a, b) => a.createdAt - b.createdAt);
  }

  private readonly inMemoryOnly = new Set<string>();

  concerns(key: string | null): boolean {
    return key !== null && key.startsWith(`${this.prefix}:out:`);
  }

  add(item: Omit<OutboxItem, "state" | "failure">): void {
    this.put({ ...item, state: "pending", failure: null });
    this.port.changed();
    void this.flush();
  }

  /** The centre has the message. */
  acknowledge(clientKey: string): void {
    if (!this.items.some((item) => item.clientKey === clientKey)) return;
    this.remove(clientKey);
    this.port.changed();
  }

  retry(clientKey: string): void {
    const item = this.items.find((candidate) => candidate.clientKey === clientKey);
    if (!item) return;
    this.put({ ...item, state: "pending", failure: null });
    this.port.changed();
    void this.flush();
  }

  discard(clientKey: string): void {
    this.remove(clientKey);
    this.port.changed();
  }

  /** Takes everything out, for a dialogue that is over. */
  drain(): OutboxItem[] {
    const items = this.items;
    for (const item of items) this.remove(item.clientKey);
    this.port.changed();
    return items;
  }

  /** Sends what is pending now, without waiting for the next attempt. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    if (this.sending || this.closed) return;
    this.sending = true;
    try {
      for (let item = this.next(); item && !this.closed; item = this.next()) {
        if (!(await this.sendOne(item))) break;
      }
    } finally {
      this.sending = false;
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private next(): OutboxItem | undefined {
    return this.items.find((item) => item.state === "pending");
  }

  /** Whether to go on with the next item. */
  private async sendOne(item: OutboxItem): Promise<boolean> {
    try {
      await this.port.send(item);
      this.attempt = 0;
      this.faults = 0;
      this.setback = null;
      this.acknowledge(item.clientKey);
      return true;
    } catch (reason) {
      // The live stream may have brought the message while the answer was lost.
      if (!this.items.some((candidate) => candidate.clientKey === item.clientKey)) return true;
      return this.afterFailure(item, asFailure(reason));
    }
  }

  private afterFailure(item: OutboxItem, failure: Failure): boolean {
    if (failure.kind === "refused") {
      this.port.refused(failure);
      return false;
    }
    this.faults = failure.code === "INTERNAL" ? this.faults + 1 : 0;
    if (failure.passing && this.faults < MAX_FAULTS) {
      this.setback = failure;
      this.timer = setTimeout(() => void this.flush(), pause(this.attempt++, this.random));
      this.port.changed();
      return false;
    }
    this.faults = 0;
    this.put({ ...item, state: "failed", failure: { kind: failure.kind, code: failure.code } });
    this.port.changed();
    return true;
  }

  private put(item: OutboxItem): void {
    this.items = [...this.items.filter((other) => other.clientKey !== item.clientKey), item]
      .sort((a, b) => a.createdAt - b.createdAt);
    try {
      this.storage.setItem(`${this.prefix}:out:${item.clientKey}`, JSON.stringify(item));
    } catch {
      this.inMemoryOnly.add(item.clientKey);
    }
  }

  private remove(clientKey: string): void {
    this.items = this.items.filter((item) => item.clientKey !== clientKey);
    this.inMemoryOnly.delete(clientKey);
    this.storage.removeItem(`${this.prefix}:out:${clientKey}`);
  }
}

function parseItem(text: string | null): OutboxItem | null {
  try {
    const item = JSON.parse(text ?? "null") as OutboxItem | null;
    const sound = item && typeof item.clientKey === "string" && typeof item.text === "string"
      && typeof item.createdAt === "number" && Array.isArray(item.attachments);
    return sound ? item : null;
  } catch {
    return null;
  }
}
