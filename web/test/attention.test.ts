import assert from "node:assert/strict";
import { test } from "node:test";
import { TitleMark } from "../src/widget/view/attention";

test("the title counts for all widgets of a page, and gives the page its own back, even one it took meanwhile", () => {
  const page = { title: "Ведомство" };
  (globalThis as { document?: unknown }).document = page;
  const first = new TitleMark();
  const second = new TitleMark();
  first.show(0);
  assert.equal(page.title, "Ведомство");
  first.show(1);
  second.show(2);
  assert.equal(page.title, "(3) Ведомство");
  first.show(0);
  assert.equal(page.title, "(2) Ведомство");
  page.title = "Пособия";
  second.show(4);
  assert.equal(page.title, "(4) Пособия");
  second.show(0);
  assert.equal(page.title, "Пособия");
});
