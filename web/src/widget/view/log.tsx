// The list of messages. It follows new messages while the citizen is at its end, and says so when they are not.

import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../api/contract";
import { awaitsAssistant, type Dialogue } from "../dialogue/state";
import { DownIcon } from "./icons";
import { MessageView, UnsentView } from "./message";
import type { Ui } from "./ui";
import { Welcome } from "./welcome";
import { dayWords } from "./words";

/** Nearer to the end than this counts as being there, in pixels. */
const NEAR = 80;
/** Yana answers within a second; after so long something is wrong, and nothing is promised. */
const LONGEST_THOUGHT_MS = 20_000;

export function Log({ ui }: { ui: Ui }) {
  const { dialogue } = ui.chat.view;
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const size = useRef({ height: 0, total: 0 });
  const atEnd = useRef(true);
  const [below, setBelow] = useState(false);
  const count = dialogue.messages.length + ui.unsent.length;
  const known = useRef(ui.unsent.length);
  const typing = useTyping(ui);

  const toEnd = () => {
    const scroller = scrollerOf(box.current!);
    scroller.scrollTop = scroller.scrollHeight;
  };
  useLayoutEffect(() => {
    const own = ui.unsent.length > known.current;
    known.current = ui.unsent.length;
    if (atEnd.current || own) toEnd();
    else setBelow(true);
  }, [count, typing]);
  useEffect(() => {
    const observer = new ResizeObserver(() => { if (atEnd.current) toEnd(); });
    observer.observe(box.current!);
    observer.observe(content.current!);
    const panel = panelOf(box.current!);
    panel.addEventListener("scroll", scrolled, true); // the panel's own scrolling, and that of the list within it
    return () => {
      observer.disconnect();
      panel.removeEventListener("scroll", scrolled, true);
    };
  }, []);
  const scrolled = () => {
    const { scrollHeight: total, scrollTop, clientHeight: height } = scrollerOf(box.current!);
    const near = total - scrollTop - height < NEAR;
    // A change of size moves the text too; only the citizen's own scrolling leaves the end.
    const resized = size.current.height !== height || size.current.total !== total;
    size.current = { height, total };
    if (near || !resized) atEnd.current = near;
    if (near) setBelow(false);
  };

  return (
    <div class="log-frame">
      <div class="log" ref={box} role="log" aria-live="polite" aria-label="Переписка" tabIndex={0}>
        <div ref={content}>
          <Welcome ui={ui} />
          <Messages ui={ui} />
          {typing && (
            <div class="message yana typing">
              <span class="bubble">{typing}<span class="dots" aria-hidden="true"><i /><i /><i /></span></span>
            </div>
          )}
        </div>
      </div>
      {below && (
        <button type="button" class="to-end" onClick={() => { toEnd(); ui.focusComposer(); }}>
          <DownIcon />Новые сообщения
        </button>
      )}
    </div>
  );
}

function panelOf(box: HTMLElement): HTMLElement { return box.closest<HTMLElement>(".panel")!; }

/** What scrolls: the list of messages, or on a very low screen the whole panel. */
function scrollerOf(box: HTMLElement): HTMLElement {
  return getComputedStyle(box).overflowY === "visible" ? panelOf(box) : box;
}

function Messages({ ui }: { ui: Ui }) {
  const { messages, interaction } = ui.chat.view.dialogue;
  const sent = new Set(messages.map((message) => message.clientKey));
  const unsent = ui.unsent.filter((item) => !sent.has(item.clientKey));
  const choosableId = interaction?.state === "WITH_ASSISTANT" && unsent.length === 0 ? lastQuestion(messages) : null;
  let day = "";
  return (
    <>
      {messages.map((message) => {
        const today = dayWords(new Date(message.createdAt));
        const heading = today === day ? null : (day = today);
        return (
          <Fragment key={message.clientKey ?? message.id}>
            {heading && <div class="day">{heading}</div>}
            <MessageView ui={ui} message={message} choosable={message.id === choosableId} />
          </Fragment>
        );
      })}
      {unsent.map((item) => <Fragment key={item.clientKey}><UnsentView ui={ui} item={item} /></Fragment>)}
    </>
  );
}

/** The clarifying question that waits for its answer, if any. */
function lastQuestion(messages: readonly Message[]): string | null {
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]!;
    if (message.choices.length > 0) return message.id;
    if (message.author !== "SYSTEM") return null;
  }
  return null;
}

/** Whether Yana may be expected to answer any moment; not for ever. */
function useThinking(dialogue: Dialogue): boolean {
  const last = dialogue.messages[dialogue.messages.length - 1]?.id;
  const awaited = awaitsAssistant(dialogue);
  const [tired, setTired] = useState<string>();
  useEffect(() => {
    if (!awaited) return;
    const timer = setTimeout(() => setTired(last), LONGEST_THOUGHT_MS);
    return () => clearTimeout(timer);
  }, [awaited, last]);
  return awaited && tired !== last;
}

/** Who is writing now, in words; null when nobody is. */
function useTyping(ui: Ui): string | null {
  const { dialogue } = ui.chat.view;
  const [, tick] = useState(0);
  const thinking = useThinking(dialogue);
  const until = dialogue.typing?.until ?? 0;
  useEffect(() => {
    const left = until - Date.now();
    if (left <= 0) return;
    const timer = setTimeout(() => tick((n) => n + 1), left + 50);
    return () => clearTimeout(timer);
  }, [until]);
  if (until > Date.now()) {
    if (dialogue.typing!.author === "ASSISTANT") return "Яна печатает";
    return `${dialogue.interaction?.operator?.displayName ?? "Специалист"} печатает`;
  }
  return thinking && ui.chat.view.status === "live" ? "Яна печатает" : null;
}
