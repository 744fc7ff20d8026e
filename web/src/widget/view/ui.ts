// What every part of the view gets: the dialogue, how it looks, and the verbs that are the view's own.

import type { Chat } from "../dialogue/chat";
import type { TrayFile } from "../dialogue/tray";
import type { OutboxItem } from "../dialogue/outbox";

export interface Ui {
  chat: Chat;
  title: string;
  privacyUrl: string | null;
  files: readonly TrayFile[];
  unsent: readonly OutboxItem[];
  /** The page hides nothing: the panel fills a small screen and holds the focus. */
  fullScreen: boolean;
  sound: boolean;
  setSound(on: boolean): void;
  close(): void;
  focusComposer(): void;
}
