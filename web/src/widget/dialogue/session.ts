// What outlives a page: which dialogue is open, its token, what was read, what was not sent yet. Kept in localStorage
// per centre and agency, so that all tabs of a site share one dialogue. Texts of the dialogue itself are never stored:
// computers are shared, and the centre has them.

import { newKey } from "./keys";

export interface KeyValue {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Stands in where localStorage is switched off: the dialogue then lives as long as the page. */
export class MemoryStorage implements KeyValue {
  private readonly values = new Map<string, string>();
  get length(): number { return this.values.size; }
  key(index: number): string | null { return [...this.values.keys()][index] ?? null; }
  getItem(key: string): string | null { return this.values.get(key) ?? null; }
  setItem(key: string, value: string): void { this.values.set(key, value); }
  removeItem(key: string): void { this.values.delete(key); }
}

/** localStorage when it works, else memory. */
export function browserStorage(): KeyValue {
  try {
    const probe = "ekc-chat:probe";
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return new MemoryStorage();
  }
}

export interface Session {
  /** Makes a repeated chatStart harmless; made before the first attempt. */
  idempotencyKey: string;
  /** Set once the centre has answered. */
  interactionId: string | null;
  token: string | null;
  /** Sequence of the last message that was seen. */
  readSequence: number;
}

export class SessionStore {
  readonly prefix: string;

  constructor(readonly storage: KeyValue, endpoint: string, agency: string) {
    this.prefix = `ekc-chat:${endpoint}|${agency}`;
  }

  private get sessionKey(): string { return `${this.prefix}:session`; }

  load(): Session | null {
    try {
      const value = JSON.parse(this.storage.getItem(this.sessionKey) ?? "null") as Partial<Session> | null;
      if (!value || typeof value.idempotencyKey !== "string") return null;
      const started = typeof value.interactionId === "string" && typeof value.token === "string";
      return {
        idempotencyKey: value.idempotencyKey,
        interactionId: started ? value.interactionId! : null,
        token: started ? value.token! : null,
        readSequence: typeof value.readSequence === "number" ? value.readSequence : 0,
      };
    } catch {
      return null;
    }
  }

  save(session: Session): void {
    this.write(this.sessionKey, JSON.stringify(session));
  }

  /** The session that is there already, in this tab or another, or a new one that is not started yet. */
  loadOrCreate(): Session {
    const found = this.load();
    if (found) return found;
    const created = { idempotencyKey: newKey(), interactionId: null, token: null, readSequence: 0 };
    this.save(created);
    return created;
  }

  clear(): void {
    this.storage.removeItem(this.sessionKey);
  }

  /** Whether a storage event with this key is about the session. */
  concerns(key: string | null): boolean {
    return key === null || key === this.sessionKey;
  }

  flag(name: string): boolean {
    return this.storage.getItem(`${this.prefix}:${name}`) === "1";
  }

  setFlag(name: string, value: boolean): void {
    this.write(`${this.prefix}:${name}`, value ? "1" : "0");
  }

  private write(key: string, value: string): void {
    try {
      this.storage.setItem(key, value);
    } catch {
      // A full store costs the resume after a reload, not the dialogue.
    }
  }
}
