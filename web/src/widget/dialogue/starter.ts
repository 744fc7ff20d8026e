// The session of the dialogue: found in the storage, or begun with the centre when the first message is written. One
// idempotency key serves all attempts, in all tabs, so that a lost answer never begins a second dialogue.

import type { Client } from "../api/client";
import type { Interaction } from "../api/contract";
import { asFailure } from "../api/failure";
import type { Session, SessionStore } from "./session";

export interface ChatConfig {
  endpoint: string;
  agency: string | null;
  region: string | null;
  pageUrl: string | null;
}

/** A session that the centre knows. */
export type Started = Session & { interactionId: string; token: string };

export function isStarted(session: Session | null): session is Started {
  return session !== null && session.interactionId !== null && session.token !== null;
}

export class Starter {
  private session: Session | null;
  private starting: Promise<Started> | null = null;

  constructor(
    private readonly config: ChatConfig,
    private readonly store: SessionStore,
    private readonly client: Client,
    private readonly started: (session: Started, interaction: Interaction | null) => void,
  ) {
    this.session = store.load();
  }

  /** The session as far as this tab knows. */
  get known(): Started | null { return isStarted(this.session) ? this.session : null; }
  get readSequence(): number { return this.session?.readSequence ?? 0; }

  /** The session, begun now when there is none. */
  ensure(): Promise<Started> {
    if (isStarted(this.session)) return Promise.resolve(this.session);
    this.starting ??= this.begin().finally(() => { this.starting = null; });
    return this.starting;
  }

  private async begin(): Promise<Started> {
    try {
      return await this.attempt(this.store.loadOrCreate());
    } catch (reason) {
      if (asFailure(reason).code !== "CONFLICT") throw reason;
      // The key began a chat long ago whose answer never came; that chat is over, this one is new.
      this.store.clear();
      return await this.attempt(this.store.loadOrCreate());
    }
  }

  private async attempt(draft: Session): Promise<Started> {
    if (isStarted(draft)) return this.adopt(draft, null); // another tab was faster
    const { interaction, token } = await this.client.chatStart({
      agencyCode: this.config.agency ?? undefined,
      regionCode: this.config.region ?? undefined,
      pageUrl: this.config.pageUrl ?? undefined,
      idempotencyKey: draft.idempotencyKey,
    });
    return this.adopt({ ...draft, interactionId: interaction.id, token }, interaction);
  }

  private adopt(session: Started, interaction: Interaction | null): Started {
    this.session = session;
    this.store.save(session);
    this.started(session, interaction);
    return session;
  }

  markRead(sequence: number): void {
    // Another tab may have put an end to the dialogue a moment ago; it must not come back.
    if (!this.session || this.store.load()?.interactionId !== this.session.interactionId) return;
    this.session = { ...this.session, readSequence: sequence };
    this.store.save(this.session);
  }

  forget(): void {
    this.session = null;
    this.store.clear();
  }

  /** Whether another tab holds a newer token of the same dialogue; it is taken over. */
  renewed(): boolean {
    const stored = this.store.load();
    const mine = this.known;
    if (!mine || !isStarted(stored)) return false;
    if (stored.interactionId !== mine.interactionId || stored.token === mine.token) return false;
    this.session = stored;
    return true;
  }

  /** Reads what another tab wrote. Tells whether it is another dialogue now. */
  reload(): boolean {
    const before = this.known?.interactionId;
    this.session = this.store.load();
    return this.known?.interactionId !== before;
  }
}
