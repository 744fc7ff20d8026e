// Links to files hold for 15 minutes; an older one is asked for anew when it is used.

import type { Client } from "../api/client";
import type { Attachment, RecordFile } from "../api/contract";

const FRESH_MS = 10 * 60_000;

export class Links {
  private readAt = 0;

  constructor(private readonly client: Client, private readonly endpoint: string) {}

  /** All links were read from the centre just now. */
  refreshed(): void { this.readAt = Date.now(); }

  /** An absolute address that works now; null when what the centre gave is none that may be opened. */
  async open(attachment: Attachment, token: string): Promise<string | null> {
    const stale = Date.now() - this.readAt > FRESH_MS;
    const { url } = stale ? await this.client.attachment(token, attachment.id) : attachment;
    return this.absolute(url);
  }

  /** The same for a file that came along with the answer of a message. */
  async openRecordFile(file: RecordFile, messageId: string, token: string): Promise<string | null> {
    if (Date.now() - this.readAt <= FRESH_MS) return this.absolute(file.url);
    const files = await this.client.recordFiles(token, messageId);
    return this.absolute(files.find((one) => one.id === file.id)?.url ?? null);
  }

  private absolute(url: string | null): string | null {
    if (url === null) return null;
    const absolute = new URL(url, this.endpoint);
    return absolute.protocol === "http:" || absolute.protocol === "https:" ? absolute.href : null;
  }
}
