// <ekc-chat>: joins attributes, dialogue and view, and lives as long as it is in the page.

import { h, render } from "preact";
import { sse, websocket } from "./api/stream";
import { readConfig } from "./config";
import { Chat } from "./dialogue/chat";
import { browserStorage, SessionStore } from "./dialogue/session";
import { accentOf } from "./view/accent";
import { App } from "./view/app";
import { chime, TitleMark } from "./view/attention";
import styles from "./view/styles.css";
import type { Ui } from "./view/ui";

const SMALL_SCREEN = "(max-width: 480px), (max-height: 480px)";

export class EkcChat extends HTMLElement {
  private static readonly inPage = new Set<EkcChat>();
  static readonly observedAttributes = ["open", "title", "position", "accent"];

  private chat: Chat | null = null;
  private store: SessionStore | null = null;
  private mount: HTMLElement | null = null;
  private privacyUrl: string | null = null;
  private heading = "Единый контактный центр";
  private readonly titleMark = new TitleMark();
  private readonly small = matchMedia(SMALL_SCREEN);
  private frame = 0;
  private announced = 0;
  private listeners = new AbortController();

  connectedCallback(): void {
    EkcChat.inPage.add(this);
    this.begin();
  }

  /** Begins to work, unless another element of this page has the same dialogue: two would lie upon each other. */
  private begin(): void {
    if (this.chat) return;
    const config = readConfig(this);
    const store = new SessionStore(browserStorage(), config.endpoint, config.agency ?? "");
    if ([...EkcChat.inPage].some((other) => other.chat && other.store?.prefix === store.prefix)) {
      console.warn("<ekc-chat>: this page has one for the same centre and agency already; this one stays hidden.");
      return;
    }
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.mount ??= dress(root);
    this.privacyUrl = config.privacyUrl;
    this.store = store;
    this.chat = new Chat(config, this.store, [websocket, sse], () => this.schedule());
    // On a small screen the panel would hide the page that was asked for; the number on the button is enough there.
    if (this.store.flag("open") && !this.small.matches) this.toggleAttribute("open", true);
    this.listen();
    this.chat.resume();
    this.schedule();
  }

  disconnectedCallback(): void {
    this.listeners.abort();
    cancelAnimationFrame(this.frame);
    this.chat?.close();
    this.chat = null;
    this.titleMark.show(0);
    if (this.mount) render(null, this.mount);
    EkcChat.inPage.delete(this);
    for (const other of EkcChat.inPage) other.begin();
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (name === "title" && value !== null) {
      this.heading = value || this.heading;
      this.removeAttribute("title"); // else the browser shows it as a tooltip over the whole chat
    }
    if (name === "accent") {
      const accent = accentOf(value);
      this.style.setProperty("--ekc-accent", accent.colour);
      this.style.setProperty("--ekc-accent-ink", accent.ink);
    }
    if (name === "open" && (before === null) !== (value === null)) {
      this.store?.setFlag("open", value !== null);
      this.dispatchEvent(new CustomEvent(value === null ? "ekc-chat-close" : "ekc-chat-open", { bubbles: true }));
    }
    this.schedule();
  }

  /** Opens the panel. */
  show(): void { this.toggleAttribute("open", true); }

  /** Collapses the panel; the dialogue goes on. */
  hide(): void { this.toggleAttribute("open", false); }

  private listen(): void {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    addEventListener("storage", (event) => this.chat?.storageChanged(event.key), { signal });
    addEventListener("online", () => this.chat?.reconnect(), { signal });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.chat?.reconnect();
      this.schedule();
    }, { signal });
    this.small.addEventListener("change", () => this.schedule(), { signal });
  }

  private schedule(): void {
    if (!this.chat || this.frame !== 0) return;
    // A hidden page gets no animation frames, but its title must still change.
    const run = () => { this.frame = 0; this.draw(); };
    this.frame = document.hidden ? (setTimeout(run) as unknown as number) : requestAnimationFrame(run);
  }

  private draw(): void {
    const { chat, store, mount } = this;
    if (!chat || !store || !mount) return;
    const open = this.hasAttribute("open");
    if (open && !document.hidden) chat.markRead();
    this.attract(chat.unread, store.flag("sound"));
    const ui: Ui = {
      chat,
      title: this.heading,
      privacyUrl: this.privacyUrl,
      files: chat.tray.all,
      unsent: chat.outbox.all,
      fullScreen: this.small.matches,
      sound: store.flag("sound"),
      setSound: (on) => { store.setFlag("sound", on); this.schedule(); },
      close: () => this.hide(),
      focusComposer: () => undefined,
    };
    render(h(App, { ui, open, show: () => this.show() }), mount);
  }

  private attract(unread: number, sound: boolean): void {
    if (unread > this.announced && sound) chime();
    this.announced = unread;
    this.titleMark.show(unread);
  }
}

/**
 * Puts styles into the shadow tree and makes the place to draw in. Constructed style sheets pass a strict
 * Content-Security-Policy; a <style> element is for old browsers.
 */
function dress(root: ShadowRoot): HTMLElement {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = styles;
    root.append(style);
  }
  const mount = document.createElement("div");
  root.append(mount);
  return mount;
}
