import assert from "node:assert/strict";
import { test } from "node:test";
import { accentOf, DEFAULT_ACCENT } from "../src/widget/view/accent";
import { transcript } from "../src/widget/view/transcript";
import { companionWords, plural, queueWords, sizeWords, unreadWords, waitWords } from "../src/widget/view/words";
import { interaction, message } from "./fixtures";

test("nouns follow their numbers", () => {
  const word = (n: number) => plural(n, "минута", "минуты", "минут");
  assert.deepEqual([1, 2, 4, 5, 11, 14, 21, 22, 25, 111, 0].map(word), ["минута", "минуты", "минуты", "минут", "минут",
    "минут", "минута", "минуты", "минут", "минут", "минут"]);
  assert.equal(unreadWords(1), "1 новое сообщение");
  assert.equal(unreadWords(3), "3 новых сообщения");
});

test("the wait is told in whole minutes", () => {
  assert.equal(waitWords(10), "меньше минуты");
  assert.equal(waitWords(60), "примерно 1 минута");
  assert.equal(waitWords(130), "примерно 2 минуты");
  assert.equal(waitWords(3600 * 2), "примерно 2 часа");
});

test("a waiting citizen is told the place and the wait", () => {
  const waiting = (queuePosition: number | null, expectedWaitSeconds: number | null) =>
    queueWords(interaction({ state: "QUEUED", queuePosition, expectedWaitSeconds }));
  assert.equal(waiting(3, 130), "Вы 3-й в очереди, примерно 2 минуты");
  assert.equal(waiting(3, null), "Вы 3-й в очереди");
  assert.equal(waiting(1, 20), "Вы следующий в очереди, меньше минуты");
  assert.equal(waiting(null, null), "Ищем свободного специалиста");
  assert.equal(queueWords(interaction({ state: "OFFERED" })), "Специалист сейчас подключится");
});

test("who is at the other end", () => {
  assert.equal(companionWords(null), "Яна, виртуальный помощник");
  const operator = { displayName: "Анна" };
  assert.equal(companionWords(interaction({ state: "ACTIVE", operator })), "На связи специалист Анна");
  assert.equal(companionWords(interaction({ state: "CLOSED" })), "Диалог завершён");
});

test("sizes", () => {
  assert.deepEqual([10, 2048, 1024 * 1024, 1.5 * 1024 * 1024].map(sizeWords), ["10 Б", "2 КБ", "1 МБ", "1,5 МБ"]);
});

test("text on the agency's colour can be read", () => {
  assert.deepEqual(accentOf("#FFEE00"), { colour: "#ffee00", ink: "#000000" });
  assert.deepEqual(accentOf("#0a6"), { colour: "#00aa66", ink: "#000000" });
  assert.equal(accentOf("#123456").ink, "#ffffff");
  for (const bad of [null, "", "red", "#12", "url(x)", "#12345g"]) assert.deepEqual(accentOf(bad), DEFAULT_ACCENT);
});

test("the transcript tells who said what, and on what ground", () => {
  const citations = [{ versionId: "v", question: "?", legalBasis: ["400-ФЗ, ст. 8"], links: [], files: [] }];
  const text = transcript("Центр", "int_1", [
    message(1, { text: "Когда?" }),
    message(2, { author: "ASSISTANT", text: "В 65 лет.\nИли раньше.", citations }),
  ]);
  assert.match(text, /Номер обращения: int_1/);
  assert.match(text, /Вы, [^\r]+\r\nКогда\?/);
  assert.match(text, /Яна, [^\r]+\r\nВ 65 лет\.\r\nИли раньше\.\r\nНа основании: 400-ФЗ, ст\. 8/);
});
