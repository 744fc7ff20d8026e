// One message of the dialogue, and one that is not sent yet.

import { Fragment } from "preact";
import type { Attachment, Message, RecordFile } from "../api/contract";
import type { OutboxItem } from "../dialogue/outbox";
import { Failure, type FailureKind, wordsFor } from "../api/failure";
import { FileIcon } from "./icons";
import { linkify } from "./linkify";
import type { Ui } from "./ui";
import { authorWords, clockWords, fullWords, sizeWords } from "./words";

export function RichText({ text }: { text: string }) {
  return (
    <div class="text">
      {linkify(text).map((part, i) => part.href
        ? <a key={i} href={part.href} target="_blank" rel="noopener noreferrer nofollow">{part.text}</a>
        : <Fragment key={i}>{part.text}</Fragment>)}
    </div>
  );
}

function Head({ who, at }: { who: string; at: Date }) {
  return (
    <div class="head">
      <span class="who">{who}</span>{" "}
      <time dateTime={at.toISOString()} title={fullWords(at)}>{clockWords(at)}</time>
    </div>
  );
}

function Files({ ui, files }: { ui: Ui; files: readonly Attachment[] }) {
  return (
    <ul class="files">
      {files.map((file) => <li key={file.id}><FileLink ui={ui} file={file} /></li>)}
    </ul>
  );
}

function follow(href: string | null): void {
  if (!href) return;
  const link = document.createElement("a");
  link.href = href;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.click();
}

/** The link of a message works for 15 minutes; an older one is asked for anew when it is used. */
function FileLink({ ui, file }: { ui: Ui; file: Attachment }) {
  const open = (event: MouseEvent) => {
    event.preventDefault();
    void ui.chat.link(file).then(follow);
  };
  return (
    <a class="file" href="#" onClick={open}>
      <FileIcon /><span class="name">{file.fileName}</span> <span class="size">{sizeWords(file.size)}</span>
    </a>
  );
}

/** What an answer gives along: files, and pages to read on. Only addresses of the web are links. */
function Along({ ui, message }: { ui: Ui; message: Message }) {
  const files = message.citations.flatMap((citation) => citation.files ?? []).filter((file) => file.url !== null);
  const links = message.citations.flatMap((citation) => citation.links ?? []).filter((link) => /^https?:\/\//i.test(link.url));
  if (files.length + links.length === 0) return null;
  return (
    <ul class="files along" aria-label="К ответу">
      {files.map((file) => <li key={file.id}><RecordFileLink ui={ui} file={file} messageId={message.id} /></li>)}
      {links.map((link) => (
        <li key={link.url}><a href={link.url} target="_blank" rel="noopener noreferrer">{link.title || link.url}</a></li>
      ))}
    </ul>
  );
}

function RecordFileLink({ ui, file, messageId }: { ui: Ui; file: RecordFile; messageId: string }) {
  const open = (event: MouseEvent) => {
    event.preventDefault();
    void ui.chat.recordFileLink(file, messageId).then(follow);
  };
  return (
    <a class="file" href="#" onClick={open}>
      <FileIcon /><span class="name">{file.title}</span> <span class="size">{sizeWords(file.size)}</span>
    </a>
  );
}

function Basis({ message }: { message: Message }) {
  const acts = [...new Set(message.citations.flatMap((citation) => citation.legalBasis))];
  if (acts.length === 0) return null;
  return (
    <details class="basis">
      <summary>На основании</summary>
      <ul>{acts.map((act) => <li key={act}>{act}</li>)}</ul>
    </details>
  );
}

function Helpful({ ui, message }: { ui: Ui; message: Message }) {
  const say = (helpful: boolean) => () => void ui.chat.feedback(message.id, helpful);
  return (
    <div class="helpful" role="group" aria-label="Помог ли ответ?">
      <span aria-hidden="true">Помог ли ответ?</span>
      <button type="button" class="small" aria-pressed={message.helpful === true} onClick={say(true)}>Да</button>
      <button type="button" class="small" aria-pressed={message.helpful === false} onClick={say(false)}>Нет</button>
      {message.helpful !== null && <span class="thanks" role="status">Спасибо!</span>}
    </div>
  );
}

function Choices({ ui, message }: { ui: Ui; message: Message }) {
  return (
    <div class="choices" role="group" aria-label="Варианты ответа">
      {message.choices.map((choice) => (
        <button type="button" key={choice.id} class="choice"
          onClick={() => { ui.chat.choose(choice); ui.focusComposer(); }}>
          {choice.text}
        </button>
      ))}
    </div>
  );
}

const CLASSES = { CITIZEN: "mine", ASSISTANT: "yana", OPERATOR: "operator", SYSTEM: "notice" } as const;

export function MessageView({ ui, message, choosable }: { ui: Ui; message: Message; choosable: boolean }) {
  return (
    <div class={`message ${CLASSES[message.author] ?? "notice"}`} data-id={message.id} data-sequence={message.sequence}>
      <Head who={authorWords(message)} at={new Date(message.createdAt)} />
      <div class="bubble">
        {message.text !== "" && <RichText text={message.text} />}
        {message.attachments.length > 0 && <Files ui={ui} files={message.attachments} />}
        <Along ui={ui} message={message} />
        <Basis message={message} />
      </div>
      {choosable && <Choices ui={ui} message={message} />}
      {message.kind === "ANSWER" && !ui.chat.over && <Helpful ui={ui} message={message} />}
    </div>
  );
}

export function UnsentView({ ui, item }: { ui: Ui; item: OutboxItem }) {
  const failed = item.state === "failed";
  const why = item.failure && wordsFor(new Failure(item.failure.kind as FailureKind, "", item.failure.code));
  // Not announced: the message is read out when it comes back from the centre. That it was not sent is.
  return (
    <div class={`message mine ${item.state}`} data-client-key={item.clientKey} aria-live="off">
      <Head who="Вы" at={new Date(item.createdAt)} />
      <div class="bubble">
        {item.text !== "" && <RichText text={item.text} />}
        {item.attachments.map((file) => <div class="file" key={file.id}><FileIcon />{file.fileName}</div>)}
      </div>
      {!failed && <div class="state">Отправляется…</div>}
      {failed && (
        <div class="state error">
          <span role="alert">Не отправлено. {why}</span>{" "}
          <button type="button" class="small" onClick={() => ui.chat.outbox.retry(item.clientKey)}>Повторить</button>
          <button type="button" class="small"
            onClick={() => { ui.chat.outbox.discard(item.clientKey); ui.focusComposer(); }}>Удалить</button>
        </div>
      )}
    </div>
  );
}
