import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildSchema, NoUnusedFragmentsRule, parse, specifiedRules, validate } from "graphql";
import { TABS } from "../src/playground/examples";
import * as contract from "../src/widget/api/contract";

const schema = buildSchema(readFileSync("../schema.graphql", "utf8"));

test("every document of the widget fits the schema", () => {
  const documents = Object.entries<string>(contract);
  assert.ok(documents.length >= 11);
  for (const [name, text] of documents) assert.deepEqual(validate(schema, parse(text)), [], name);
});

test("every example of the playground fits the schema", () => {
  const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);
  for (const tab of TABS) assert.deepEqual(validate(schema, parse(tab.query), rules), []);
});
