// The top of the panel: who speaks, the actions, the button that collapses it.

import { useEffect, useRef, useState } from "preact/hooks";
import { CloseIcon, MoreIcon } from "./icons";
import { download, transcript } from "./transcript";
import type { Ui } from "./ui";
import { companionWords } from "./words";

export function Header({ ui, askEnd }: { ui: Ui; askEnd(): void }) {
  const { interaction } = ui.chat.view.dialogue;
  return (
    <header class="header">
      <span class="avatar" aria-hidden="true">{interaction?.state === "ACTIVE" ? "С" : "Я"}</span>
      <div class="titles">
        <h2 id="title">{ui.title}</h2>
        <p class="companion" role="status">{companionWords(interaction)}</p>
      </div>
      <Actions ui={ui} askEnd={askEnd} />
      <button type="button" class="icon" onClick={ui.close} aria-label="Свернуть чат" title="Свернуть чат"><CloseIcon /></button>
    </header>
  );
}

function Actions({ ui, askEnd }: { ui: Ui; askEnd(): void }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const { dialogue } = ui.chat.view;
  useEffect(() => {
    if (!open) return;
    const root = box.current!.getRootNode();
    const outside = (event: Event) => {
      if (!event.composedPath().includes(box.current!)) setOpen(false);
    };
    root.addEventListener("pointerdown", outside);
    root.addEventListener("focusin", outside);
    return () => {
      root.removeEventListener("pointerdown", outside);
      root.removeEventListener("focusin", outside);
    };
  }, [open]);
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    setOpen(false);
    button.current!.focus();
  };
  const run = (action: () => void) => () => {
    setOpen(false);
    button.current!.focus();
    action();
  };
  const save = () => {
    const id = dialogue.interaction!.id;
    download("perepiska.txt", transcript(ui.title, id, dialogue.messages));
  };
  return (
    <div class="actions" ref={box} onKeyDown={escape}>
      <button type="button" class="icon" ref={button} aria-expanded={open} aria-controls="actions"
        aria-label="Действия" title="Действия" onClick={() => setOpen(!open)}><MoreIcon /></button>
      <div class="action-list" id="actions" hidden={!open}>
        <button type="button" disabled={dialogue.messages.length === 0} onClick={run(save)}>Скачать переписку</button>
        <button type="button" onClick={() => ui.setSound(!ui.sound)}>
          Звук: {ui.sound ? "включён" : "выключен"}
        </button>
        <button type="button" disabled={!ui.chat.started || ui.chat.over} onClick={run(askEnd)}>Завершить диалог</button>
      </div>
    </div>
  );
}
