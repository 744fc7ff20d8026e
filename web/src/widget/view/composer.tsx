// Where the citizen writes: words, files, and the button that calls a person.

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ACCEPT } from "../api/upload";
import { ClipIcon, FileIcon, PersonIcon, RemoveIcon, SendIcon } from "./icons";
import type { Ui } from "./ui";
import { plural, sizeWords } from "./words";
import type { TrayFile } from "../dialogue/tray";

const LONGEST = 4000;
/** The rest is told when fewer characters than this are left. */
const COUNT_FROM = 300;

export function Composer({ ui, input }: { ui: Ui; input: RefObject<HTMLTextAreaElement> }) {
  const [text, setShown] = useState(ui.chat.draft);
  const setText = (words: string) => setShown(ui.chat.draft = words);
  const chooser = useRef<HTMLInputElement>(null);
  const { returned } = ui.chat.view;
  useEffect(() => {
    if (returned === null) return;
    setText(text ? `${returned}\n${text}` : returned);
    ui.chat.takeReturned();
  }, [returned]);
  useEffect(() => grow(input.current!), [text]);
  useEffect(() => {
    const fit = () => grow(input.current!);
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  }, []);

  const uploading = ui.files.some((file) => file.state === "uploading");
  const sendable = !uploading && (text.trim() !== "" || ui.files.some((file) => file.state === "ready"));
  const send = () => {
    if (!sendable) return;
    ui.chat.send(text.trim());
    setText("");
    input.current!.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch()) return;
    event.preventDefault();
    send();
  };
  const pasted = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    ui.chat.tray.add(files);
  };
  const chosen = () => {
    ui.chat.tray.add([...(chooser.current!.files ?? [])]);
    chooser.current!.value = "";
  };
  return (
    <form class="composer" onSubmit={(event) => { event.preventDefault(); send(); }}>
      <HumanButton ui={ui} />
      <TrayView ui={ui} />
      <div class="row">
        <input ref={chooser} type="file" multiple accept={ACCEPT} onChange={chosen} hidden tabIndex={-1} />
        <button type="button" class="icon" onClick={() => chooser.current!.click()}
          aria-label="Прикрепить файл" title="Прикрепить файл"><ClipIcon /></button>
        <textarea ref={input} rows={1} maxLength={LONGEST} value={text} aria-label="Ваше сообщение"
          placeholder="Напишите вопрос" onInput={(event) => { setText(event.currentTarget.value); ui.chat.typing(); }}
          onKeyDown={pressed} onPaste={pasted} />
        <button type="submit" class="icon send" aria-disabled={!sendable} aria-label="Отправить"
          title={uploading ? "Дождитесь загрузки файла" : "Отправить"}><SendIcon /></button>
      </div>
      <Remaining length={text.length} />
      <DraftNotice ui={ui} />
    </form>
  );
}

function Remaining({ length }: { length: number }) {
  const left = LONGEST - length;
  if (left >= COUNT_FROM) return null;
  const words = `${plural(left, "Остался", "Осталось", "Осталось")} ${left} ${plural(left, "знак", "знака", "знаков")}`;
  return <p class="remaining" role="status">{words}</p>;
}

/** What happens to words before they are sent is said where they are written. */
function DraftNotice({ ui }: { ui: Ui }) {
  const { interaction } = ui.chat.view.dialogue;
  if (!interaction?.draftsWelcome) return null;
  return <p class="drafts">Пока вы пишете, система подбирает специалисту ответы. До отправки текст никто не видит, он не сохраняется.</p>;
}

function HumanButton({ ui }: { ui: Ui }) {
  const { dialogue, busy } = ui.chat.view;
  const state = dialogue.interaction?.state ?? "WITH_ASSISTANT";
  if (state !== "WITH_ASSISTANT") return null;
  return (
    <button type="button" class="human" aria-disabled={busy === "handover"}
      onClick={() => void ui.chat.requestHuman()}>
      <PersonIcon />{busy === "handover" ? "Зовём специалиста…" : "Позвать специалиста"}
    </button>
  );
}

function TrayView({ ui }: { ui: Ui }) {
  if (ui.files.length === 0) return null;
  return (
    <ul class="tray" aria-label="Файлы к сообщению">
      {ui.files.map((file) => <li key={file.key} class={file.state}><TrayRow ui={ui} file={file} /></li>)}
    </ul>
  );
}

function TrayRow({ ui, file }: { ui: Ui; file: TrayFile }) {
  return (
    <>
      <FileIcon />
      <span class="name">{file.name}</span> <span class="size">{sizeWords(file.size)}</span>
      {file.state === "uploading" && (
        <progress max={1} value={file.progress} aria-label={`Загрузка файла ${file.name}`} />
      )}
      {file.state === "failed" && (
        <button type="button" class="small" onClick={() => { ui.chat.tray.retry(file.key); ui.focusComposer(); }}>Повторить</button>
      )}
      <button type="button" class="icon" aria-label={`Убрать файл ${file.name}`} title="Убрать"
        onClick={() => { ui.chat.tray.remove(file.key); ui.focusComposer(); }}><RemoveIcon /></button>
      {file.problem && <span class="problem" role="alert">{file.problem}</span>}
    </>
  );
}

function grow(area: HTMLTextAreaElement): void {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, 140)}px`;
}

/** On a touch keyboard Enter begins a new line; the button sends. */
function touch(): boolean {
  return matchMedia("(hover: none) and (pointer: coarse)").matches;
}
