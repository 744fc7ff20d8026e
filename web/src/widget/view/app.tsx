// The launcher and the panel.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Banners } from "./banner";
import { Composer } from "./composer";
import { Ending, EndQuestion, RatingRequest } from "./ending";
import { FocusKeeper, keepFocus } from "./focus";
import { Header } from "./header";
import { ChatIcon } from "./icons";
import { Log } from "./log";
import type { Ui } from "./ui";
import { unreadWords } from "./words";

export function App({ ui, open, show }: { ui: Ui; open: boolean; show(): void }) {
  const launcher = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(open);
  // A panel that was open when the page came does not take the focus from the page.
  const fromStart = useRef(open);
  useEffect(() => {
    if (wasOpen.current && !open) launcher.current!.focus();
    wasOpen.current = open;
    fromStart.current &&= open;
  }, [open]);
  const { unread } = ui.chat;
  const words = unread > 0 ? `Открыть чат, ${unreadWords(unread)}` : "Открыть чат";
  return (
    <div lang="ru" class="root">
      {open ? <Panel ui={ui} takeFocus={!fromStart.current} /> : (
        <button type="button" class="launcher" ref={launcher} onClick={show} aria-haspopup="dialog">
          <ChatIcon /><span class="launcher-words" aria-hidden="true">Задать вопрос</span>
          <span class="hidden">{words}</span>
          {unread > 0 && <span class="badge" aria-hidden="true">{unread > 99 ? "99+" : unread}</span>}
        </button>
      )}
      <div class="hidden" role="status">{!open && unread > 0 ? `В чате ${unreadWords(unread)}` : ""}</div>
    </div>
  );
}

function Panel({ ui, takeFocus }: { ui: Ui; takeFocus: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const [asking, setAsking] = useState(false);
  const [dropping, setDropping] = useState(false);
  const keeper = useRef(new FocusKeeper());
  ui.focusComposer = () => requestAnimationFrame(() => (input.current ?? box.current)?.focus());
  useEffect(() => { if (takeFocus) (input.current ?? box.current)!.focus(); }, []);
  useLayoutEffect(() => keeper.current.afterRender(box.current!.getRootNode() as ShadowRoot, ui.focusComposer));

  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      // The question may be on the screen before it has the focus.
      if (asking) setAsking(false);
      else ui.close();
    }
    if (ui.fullScreen) keepFocus(event, box.current!);
  };
  const dragged = (event: DragEvent) => {
    if (ui.chat.over || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    setDropping(event.type === "dragover");
    if (event.type === "drop") ui.chat.tray.add([...event.dataTransfer.files]);
  };
  return (
    <div class={dropping ? "panel dropping" : "panel"} ref={box} role="dialog" aria-modal={ui.fullScreen}
      aria-labelledby="title" tabIndex={-1} onKeyDown={pressed}
      onFocusIn={(event) => keeper.current.focused(event.target as Element)}
      onDragOver={dragged} onDragLeave={dragged} onDrop={dragged}>
      <Header ui={ui} askEnd={() => setAsking(true)} />
      <Banners ui={ui} />
      <Log ui={ui} />
      {asksRating(ui) && <RatingRequest ui={ui} />}
      {ui.chat.over ? <Ending ui={ui} /> : <Composer ui={ui} input={input} />}
      {dropping && <div class="drop" aria-hidden="true">Отпустите, чтобы прикрепить файл</div>}
      {asking && <EndQuestion ui={ui} done={() => { setAsking(false); ui.focusComposer(); }} />}
    </div>
  );
}

/** Whether the centre asks for a rating while the dialogue is still open. */
function asksRating(ui: Ui): boolean {
  const { messages, interaction } = ui.chat.view.dialogue;
  return !ui.chat.over && interaction !== null && messages[messages.length - 1]?.kind === "RATING_REQUEST";
}
