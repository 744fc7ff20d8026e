// Keeps the live stream of one dialogue: reads the snapshot, subscribes after its cursor, and after every loss
// subscribes again after the newest cursor, with growing pauses. A round tries the websocket first and, when that does
// not even open, server-sent events, because some networks let only plain HTTP through.

import type { DialogueEvent, Snapshot } from "../api/contract";
import { asFailure, type Failure } from "../api/failure";
import type { StreamRequest, Transport } from "../api/stream";
import { pause } from "./backoff";

/** A stream that held for so long makes the next loss count as the first. */
const STEADY_MS = 5_000;

export type ConnectionStatus = "connecting" | "live" | "lost";

export interface ConnectionPort {
  endpoint: string;
  token: string;
  interactionId: string;
  /** In the order of preference. */
  transports: readonly Transport[];
  load(): Promise<Snapshot>;
  snapshot(snapshot: Snapshot): void;
  event(event: DialogueEvent): void;
  status(status: ConnectionStatus): void;
  /** The dialogue is not accepted any more. */
  refused(failure: Failure): void;
  /** Whether the dialogue is over, so that an orderly end of the stream is final. */
  over(): boolean;
}

export class Connection {
  private cursor: string | null = null;
  private attempt = 0;
  private transport = 0;
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private release: (() => void) | null = null;
  private busy = false;

  constructor(private readonly port: ConnectionPort, private readonly random: () => number = Math.random) {}

  start(): void {
    this.port.status("connecting");
    void this.round();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.drop();
  }

  /** Tries at once when waiting for the next attempt: the network is said to be back, or the citizen asks. */
  kick(): void {
    if (this.stopped || this.busy || this.release) return;
    clearTimeout(this.timer);
    this.attempt = 0;
    void this.round();
  }

  /** Reads the dialogue afresh: something is missing. */
  resync(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.drop();
    this.cursor = null;
    if (!this.busy) void this.round();
  }

  private drop(): void {
    this.release?.();
    this.release = null;
  }

  private async round(): Promise<void> {
    this.busy = true;
    try {
      if (this.cursor === null) {
        const snapshot = await this.port.load();
        if (this.stopped) return;
        this.cursor = snapshot.cursor;
        this.port.snapshot(snapshot);
      }
      this.open();
    } catch (reason) {
      if (!this.stopped) this.failed(asFailure(reason));
    } finally {
      this.busy = false;
    }
  }

  private open(): void {
    if (this.stopped) return;
    const { token, interactionId, endpoint, transports } = this.port;
    const request: StreamRequest = { token, interactionId, after: this.cursor };
    let openedAt: number | null = null;
    let release: (() => void) | null = null;
    let over = false;
    release = transports[this.transport]!(endpoint, request, {
      opened: () => {
        openedAt = Date.now();
        if (!this.stopped) this.port.status("live");
      },
      event: (event) => {
        if (this.stopped) return;
        this.cursor = event.cursor;
        this.attempt = 0;
        this.port.event(event);
      },
      ended: (failure) => {
        over = true;
        release?.();
        this.release = null;
        if (openedAt !== null && Date.now() - openedAt > STEADY_MS) this.attempt = 0;
        if (!this.stopped) this.ended(failure, openedAt !== null);
      },
    });
    if (over) release();
    else this.release = release;
  }

  private ended(failure: Failure | null, opened: boolean): void {
    if (failure === null) {
      if (this.port.over()) return;
      this.again();
      return;
    }
    const fallback = !opened && failure.kind === "network" && this.transport + 1 < this.port.transports.length;
    if (fallback) {
      this.transport++;
      this.open();
      return;
    }
    if (!opened) this.transport = 0;
    this.failed(failure);
  }

  private failed(failure: Failure): void {
    if (failure.kind === "refused") {
      this.stop();
      this.port.refused(failure);
      return;
    }
    // A cursor that the centre does not accept any more: begin from a fresh snapshot.
    if (failure.kind === "rejected") this.cursor = null;
    this.again();
  }

  private again(): void {
    if (this.stopped) return;
    this.port.status("lost");
    this.timer = setTimeout(() => void this.round(), pause(this.attempt++, this.random));
  }
}
