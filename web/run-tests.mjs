// Bundles the tests, which are in TypeScript, and runs them with the test runner of Node.

import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";

const types = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "tsconfig.test.json"], { stdio: "inherit" });
if (types.status !== 0) process.exit(types.status ?? 1);

const directory = mkdtempSync("node_modules/.ekc-tests-");
try {
  const tests = readdirSync("test").filter((file) => file.endsWith(".test.ts"));
  await build({
    entryPoints: tests.map((file) => path.join("test", file)),
    outdir: directory,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node18",
    external: ["graphql"],
    sourcemap: "inline",
    logLevel: "warning",
  });
  const files = tests.map((file) => path.join(directory, file.replace(/\.ts$/, ".mjs")));
  const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
