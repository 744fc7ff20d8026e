// Russian wording that depends on numbers, states and times.

import type { Interaction, Message } from "../api/contract";

/** The form of a noun after a number: plural(2, "минута", "минуты", "минут") is "минуты". */
export function plural(n: number, one: string, few: string, many: string): string {
  const tens = Math.abs(n) % 100;
  const units = tens % 10;
  if (tens > 10 && tens < 20) return many;
  if (units === 1) return one;
  return units >= 2 && units <= 4 ? few : many;
}

/** "примерно 2 минуты", "меньше минуты"; for a time to wait given in seconds. */
export function waitWords(seconds: number): string {
  if (seconds < 45) return "меньше минуты";
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `примерно ${minutes} ${plural(minutes, "минута", "минуты", "минут")}`;
  const hours = Math.round(minutes / 60);
  return `примерно ${hours} ${plural(hours, "час", "часа", "часов")}`;
}

/** What a waiting citizen is told. */
export function queueWords(interaction: Interaction): string {
  if (interaction.state === "OFFERED") return "Специалист сейчас подключится";
  const { queuePosition: place, expectedWaitSeconds: wait } = interaction;
  if (place === null) return "Ищем свободного специалиста";
  const head = place <= 1 ? "Вы следующий в очереди" : `Вы ${place}-й в очереди`;
  return wait === null ? head : `${head}, ${waitWords(wait)}`;
}

/** Who speaks with the citizen now. */
export function companionWords(interaction: Interaction | null): string {
  switch (interaction?.state) {
    case "QUEUED":
    case "OFFERED":
      return "Ожидание специалиста";
    case "ACTIVE":
      return `На связи ${operatorName(interaction.operator?.displayName)}`;
    case "HELD":
      return "Специалист просит подождать";
    case "DEFERRED":
      return "Ответим позже";
    case "WRAP_UP":
      return "Специалист завершил разговор";
    case "CLOSED":
    case "ABANDONED":
      return "Диалог завершён";
    default:
      return "Яна, виртуальный помощник";
  }
}

function operatorName(name: string | undefined): string {
  return name ? `специалист ${name}` : "специалист";
}

export function authorWords(message: Message): string {
  switch (message.author) {
    case "CITIZEN": return "Вы";
    case "ASSISTANT": return "Яна";
    case "OPERATOR": return message.operator?.displayName ?? "Специалист";
    default: return "Контактный центр";
  }
}

const CLOCK = new Intl.DateTimeFormat("ru", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("ru", { day: "numeric", month: "long" });
const FULL = new Intl.DateTimeFormat("ru", { dateStyle: "long", timeStyle: "short" });

export const clockWords = (at: Date): string => CLOCK.format(at);
export const dayWords = (at: Date): string => DAY.format(at);
export const fullWords = (at: Date): string => FULL.format(at);

/** "1,5 МБ", "12 КБ"; 1 КБ is 1024 bytes. */
export function sizeWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} Б`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} КБ`;
  return `${(bytes / 1024 / 1024).toFixed(1).replace(".", ",").replace(",0", "")} МБ`;
}

export function unreadWords(n: number): string {
  return `${n} ${plural(n, "новое сообщение", "новых сообщения", "новых сообщений")}`;
}
