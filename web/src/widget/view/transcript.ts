// The dialogue as plain text, for the citizen to keep.

import type { Message } from "../api/contract";
import { authorWords, fullWords, sizeWords } from "./words";

export function transcript(title: string, interactionId: string, messages: readonly Message[]): string {
  const head = [title, `Номер обращения: ${interactionId}`, `Сохранено: ${fullWords(new Date())}`];
  return [head.join("\r\n"), ...messages.map(entry)].join("\r\n\r\n") + "\r\n";
}

function entry(message: Message): string {
  const lines = [`${authorWords(message)}, ${fullWords(new Date(message.createdAt))}`];
  if (message.text) lines.push(...message.text.split(/\r?\n/));
  for (const citation of message.citations) {
    for (const act of citation.legalBasis) lines.push(`На основании: ${act}`);
    for (const link of citation.links ?? []) lines.push(`${link.title || "Страница"}: ${link.url}`);
    for (const file of citation.files ?? []) lines.push(`Файл: ${file.title} (${sizeWords(file.size)})`);
  }
  for (const choice of message.choices) lines.push(`– ${choice.text}`);
  for (const file of message.attachments) lines.push(`Файл: ${file.fileName} (${sizeWords(file.size)})`);
  return lines.join("\r\n");
}

/** Hands a text to the browser as a download. */
export function download(fileName: string, text: string): void {
  // The mark at the beginning makes old editors read it as UTF-8.
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
