// The citizen's side of one dialogue: the only place that knows how session, outbox, files and live stream go together.
// It knows nothing of the DOM; the view reads `view` after every `changed` and calls the verbs.

import { Client } from "../api/client";
import type { Attachment, Choice, Interaction, RecordFile } from "../api/contract";
import { asFailure, Failure, wordsFor } from "../api/failure";
import type { Transport } from "../api/stream";
import { upload } from "../api/upload";
import { Connection, type ConnectionStatus } from "./connection";
import { newKey } from "./keys";
import { Links } from "./links";
import { Outbox, type OutboxItem } from "./outbox";
import type { SessionStore } from "./session";
import { type ChatConfig, type Started, Starter } from "./starter";
import * as state from "./state";
import { Tray } from "./tray";

export type Busy = "handover" | "ending" | "rating" | null;

export interface ChatView {
  dialogue: state.Dialogue;
  status: ConnectionStatus | "idle";
  busy: Busy;
  /** A sentence for the citizen about something that just went wrong. */
  notice: string | null;
  /** Words that could not be sent, to be put back into the composer. */
  returned: string | null;
  readSequence: number;
}

/** A closed dialogue older than this is not shown again after a reload. */
const STALE_MS = 30 * 60_000;
const TYPING_EVERY_MS = 4_000;
const DRAFT_EVERY_MS = 1_200;
const LONGEST_DRAFT = 1_000;

export class Chat {
  view: ChatView;
  readonly outbox: Outbox;
  readonly tray: Tray;
  /** What is being written: kept while the panel is collapsed, in memory only. */
  draft = "";
  private readonly client: Client;
  private readonly starter: Starter;
  private readonly links: Links;
  private connection: Connection | null = null;
  private resyncedAt = -1;
  private typedAt = 0;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly config: ChatConfig,
    private readonly store: SessionStore,
    private readonly transports: readonly Transport[],
    private readonly changed: () => void,
    client?: Client,
  ) {
    this.client = client ?? new Client(config.endpoint);
    this.links = new Links(this.client, config.endpoint);
    this.starter = new Starter(config, store, this.client, (session, interaction) => {
      if (interaction) this.update({ dialogue: state.withInteraction(this.view.dialogue, interaction) });
      this.connect(session);
    });
    this.view = fresh(this.starter.readSequence);
    this.outbox = new Outbox(store.storage, store.prefix, {
      send: (item) => this.deliver(item),
      changed,
      refused: (failure) => this.refused(failure),
    });
    this.tray = new Tray({
      begin: async (file, progress) => {
        const { token, interactionId } = await this.starter.ensure();
        return upload(config.endpoint, token, interactionId, file, progress);
      },
      changed,
      refused: (failure) => this.refused(failure),
    });
  }

  /** Takes up a dialogue that was begun before the page was loaded, and sends what was left unsent. */
  resume(): void {
    if (this.starter.known) this.connect(this.starter.known);
    void this.outbox.flush();
  }

  close(): void {
    this.stopTyping();
    this.connection?.stop();
    this.connection = null;
    this.outbox.close();
  }

  get over(): boolean { return state.isOver(this.view.dialogue.interaction); }
  get started(): boolean { return this.starter.known !== null; }
  get unread(): number { return state.unread(this.view.dialogue, this.view.readSequence); }

  send(text: string): void {
    const attachments = this.tray.take();
    if (text === "" && attachments.length === 0) return;
    this.stopTyping();
    this.outbox.add({ clientKey: newKey(), text, choiceId: null, attachments, createdAt: Date.now() });
  }

  choose(choice: Choice): void {
    const item = { clientKey: newKey(), text: choice.text, choiceId: choice.id, attachments: [] };
    this.outbox.add({ ...item, createdAt: Date.now() });
  }

  /** Tells the operator that the citizen is writing, not more often than needed; where the centre wants it also what, to search for. */
  typing(): void {
    const { interaction } = this.view.dialogue;
    const session = this.starter.known;
    if (!session || (interaction?.state !== "ACTIVE" && interaction?.state !== "HELD")) return;
    const draft = interaction.draftsWelcome ? [...this.draft].slice(-LONGEST_DRAFT).join("") : undefined;
    const wait = this.typedAt + (draft === undefined ? TYPING_EVERY_MS : DRAFT_EVERY_MS) - Date.now();
    if (wait > 0) {
      // The last words count, so they are told when the time has come.
      if (draft !== undefined) this.typingTimer ??= setTimeout(() => { this.stopTyping(); this.typing(); }, wait);
      return;
    }
    this.typedAt = Date.now();
    this.client.typingSignal(session.token, session.interactionId, draft).catch(() => undefined);
  }

  private stopTyping(): void {
    clearTimeout(this.typingTimer);
    this.typingTimer = undefined;
  }

  requestHuman(): Promise<void> {
    return this.act("handover", (session) => this.client.handoverRequest(session.token, session.interactionId));
  }

  end(): Promise<void> {
    return this.act("ending", (session) => this.client.chatEnd(session.token, session.interactionId));
  }

  rate(rating: number, comment: string): Promise<void> {
    return this.act("rating", (session) =>
      this.client.interactionRate(session.token, session.interactionId, rating, comment));
  }

  async feedback(messageId: string, helpful: boolean): Promise<void> {
    const session = this.starter.known;
    if (!session) return;
    try {
      const message = await this.client.answerFeedback(session.token, messageId, helpful);
      this.update({ dialogue: state.withMessages(this.view.dialogue, [message]) });
    } catch (reason) {
      this.complain(asFailure(reason));
    }
  }

  /** A link to the file that works now. */
  async link(attachment: Attachment): Promise<string | null> {
    const session = this.starter.known;
    try {
      return session && await this.links.open(attachment, session.token);
    } catch (reason) {
      this.complain(asFailure(reason));
      return null;
    }
  }

  /** A link to a file that an answer gives along. */
  async recordFileLink(file: RecordFile, messageId: string): Promise<string | null> {
    const session = this.starter.known;
    try {
      return session && await this.links.openRecordFile(file, messageId, session.token);
    } catch (reason) {
      this.complain(asFailure(reason));
      return null;
    }
  }

  /** Everything shown so far counts as read. */
  markRead(): void {
    const { messages } = this.view.dialogue;
    const last = messages[messages.length - 1]?.sequence ?? 0;
    if (last <= this.view.readSequence) return;
    this.update({ readSequence: last });
    this.starter.markRead(last);
  }

  startOver(): void {
    this.beginAnew(null);
  }

  reconnect(): void {
    this.connection?.kick();
    void this.outbox.flush();
  }

  dismissNotice(): void { this.update({ notice: null }); }
  takeReturned(): void { this.update({ returned: null }); }

  /** Another tab of the site changed the storage. */
  storageChanged(key: string | null): void {
    if (this.outbox.concerns(key) || key === null) {
      this.outbox.reload();
      this.changed();
    }
    if (!this.store.concerns(key)) return;
    if (!this.starter.reload()) {
      const readSequence = Math.max(this.starter.readSequence, this.view.readSequence);
      if (readSequence > this.view.readSequence) this.update({ readSequence });
      return;
    }
    this.connection?.stop();
    this.connection = null;
    this.update(fresh(this.starter.readSequence));
    if (this.starter.known) this.connect(this.starter.known);
  }

  private async deliver(item: OutboxItem): Promise<void> {
    const session = await this.starter.ensure();
    const message = await this.client.messageSend(session.token, {
      interactionId: session.interactionId,
      text: item.choiceId ? undefined : item.text,
      choiceId: item.choiceId ?? undefined,
      attachmentIds: item.attachments.length > 0 ? item.attachments.map((file) => file.id) : undefined,
      clientKey: item.clientKey,
    });
    if (this.starter.known?.interactionId !== session.interactionId) return;
    this.update({ dialogue: state.withMessages(this.view.dialogue, [message]) });
  }

  private connect({ token, interactionId }: Started): void {
    this.connection?.stop();
    this.connection = new Connection({
      endpoint: this.config.endpoint,
      token,
      interactionId,
      transports: this.transports,
      load: () => this.client.snapshot(token, interactionId),
      snapshot: (snapshot) => {
        const closed = snapshot.closedAt ? Date.parse(snapshot.closedAt) : NaN;
        if (Date.now() - closed > STALE_MS) return this.startOver();
        this.links.refreshed();
        this.received(state.withSnapshot(this.view.dialogue, snapshot));
      },
      event: (event) => this.received(state.withEvent(this.view.dialogue, event, Date.now())),
      status: (status) => {
        this.update({ status });
        if (status === "live") void this.outbox.flush();
      },
      refused: (failure) => this.refused(failure),
      over: () => this.over,
    });
    this.connection.start();
  }

  private received(dialogue: state.Dialogue): void {
    this.update({ dialogue });
    for (const item of this.outbox.all) {
      if (dialogue.messages.some((message) => message.clientKey === item.clientKey)) {
        this.outbox.acknowledge(item.clientKey);
      }
    }
    const last = dialogue.messages[dialogue.messages.length - 1]?.sequence ?? 0;
    if (state.hasGap(dialogue) && this.resyncedAt < last) {
      this.resyncedAt = last;
      this.connection?.resync();
    }
  }

  private async act(busy: Busy, call: (session: Started) => Promise<Interaction>): Promise<void> {
    if (this.view.busy) return;
    this.update({ busy, notice: null });
    try {
      const interaction = await call(await this.starter.ensure());
      this.update({ busy: null, dialogue: state.withInteraction(this.view.dialogue, interaction) });
    } catch (reason) {
      this.update({ busy: null });
      this.complain(asFailure(reason));
    }
  }

  private complain(failure: Failure): void {
    if (failure.kind === "refused") this.refused(failure);
    else this.update({ notice: wordsFor(failure) });
  }

  /** The centre does not know the token any more: begin anew, and give back what was not sent. */
  private refused(_: Failure): void {
    if (this.starter.renewed()) {
      this.connect(this.starter.known!);
      return;
    }
    this.beginAnew("Срок прежнего диалога истёк. Задайте вопрос ещё раз – начнём новый диалог.");
  }

  private beginAnew(notice: string | null): void {
    this.stopTyping();
    this.connection?.stop();
    this.connection = null;
    this.resyncedAt = -1;
    this.starter.forget();
    this.tray.clear();
    const unsent = this.outbox.drain().filter((item) => !item.choiceId).map((item) => item.text);
    this.update({ ...fresh(0), notice, returned: unsent.join("\n") || null });
  }

  private update(change: Partial<ChatView>): void {
    this.view = { ...this.view, ...change };
    this.changed();
  }
}

function fresh(readSequence: number): ChatView {
  return { dialogue: state.EMPTY, status: "idle", busy: null, notice: null, returned: null, readSequence };
}
