import assert from "node:assert/strict";
import { test } from "node:test";
import { linkify } from "../src/widget/view/linkify";

const hrefs = (text: string) => linkify(text).filter((part) => part.href).map((part) => part.text);

test("the parts joined are the text", () => {
  for (const text of ["", "нет ссылок", "см. https://sfr.gov.ru/a?b=1#c, и http://x.ru.", "https://a.ru https://b.ru"]) {
    assert.equal(linkify(text).map((part) => part.text).join(""), text);
  }
});

test("punctuation of the sentence stays outside", () => {
  assert.deepEqual(hrefs("Смотрите (https://ru.wikipedia.org/wiki/А_(буква))."), ["https://ru.wikipedia.org/wiki/А_(буква)"]);
  assert.deepEqual(hrefs("https://a.ru/x, https://b.ru!"), ["https://a.ru/x", "https://b.ru"]);
  assert.deepEqual(hrefs("«https://a.ru»"), ["https://a.ru"]);
  assert.deepEqual(hrefs("https://a.ru/путь;"), ["https://a.ru/путь"]);
});

test("only http and https become links", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "ftp://a.ru", "file:///etc/passwd", "www.a.ru",
    "xhttps://a.ru", "https://", "<a href=x>"]) {
    assert.deepEqual(hrefs(text), [], text);
  }
});

test("a name before the host is no link, for it deceives", () => {
  assert.deepEqual(hrefs("https://gosuslugi.ru@evil.example/"), []);
});

test("markup is plain text", () => {
  assert.deepEqual(linkify("<img src=x onerror=alert(1)>"), [{ text: "<img src=x onerror=alert(1)>" }]);
  assert.deepEqual(hrefs('https://a.ru/"onclick="x'), ["https://a.ru/"]);
});
