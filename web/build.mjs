// Builds everything into dist/, which the Go package embeds. Large text files are kept gzipped only: browsers take them
// as they are, and the Go handler unpacks them for the rare client that does not.

import { build, transform } from "esbuild";
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";

const DIST = "dist";
const GZIP_FROM_BYTES = 1400;
const GZIP_TYPES = new Set([".js", ".css", ".html", ".svg", ".txt"]);

/** Gives the widget its style sheet as a string, made small. */
const styleText = {
  name: "style-text",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path: file }) => {
      const source = await readFile(file, "utf8");
      const { code } = await transform(source, { loader: "css", minify: true, charset: "utf8" });
      return { contents: `export default ${JSON.stringify(code.trim())}`, loader: "js" };
    });
  },
};

const shared = { bundle: true, minify: true, charset: "utf8", legalComments: "none", logLevel: "warning", metafile: true };

function buildWidget() {
  return build({
    ...shared,
    entryPoints: { "ekc-chat": "src/widget/index.ts" },
    outdir: `${DIST}/widget`,
    format: "iife",
    target: ["es2020", "chrome90", "firefox90", "safari15"],
    jsx: "automatic",
    jsxImportSource: "preact",
    plugins: [styleText],
  });
}

async function buildPlayground() {
  // GraphiQL labels its icons with the names of their functions.
  const common = { ...shared, keepNames: true, outdir: `${DIST}/assets`, target: ["es2022"], define: { "process.env.NODE_ENV": '"production"' } };
  await build({
    ...common,
    entryPoints: {
      "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
      "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
      "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
    },
    format: "iife",
  });
  const { metafile } = await build({
    ...common,
    entryPoints: { main: "src/playground/main.tsx" },
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    format: "esm",
    splitting: true,
    jsx: "automatic",
    jsxImportSource: "react",
    loader: { ".ttf": "file", ".woff2": "file" },
  });
  const outputs = Object.keys(metafile.outputs).map((file) => path.basename(file));
  const named = (pattern) => outputs.find((file) => pattern.test(file));
  let page = await readFile("src/playground/index.html", "utf8");
  page = page.replace("{{main.js}}", named(/^main-\w+\.js$/)).replace("{{main.css}}", named(/^main-\w+\.css$/));
  await writeFile(`${DIST}/index.html`, page);
}

async function compress(directory) {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) {
      await compress(file);
      continue;
    }
    if (!GZIP_TYPES.has(path.extname(file)) || (await stat(file)).size < GZIP_FROM_BYTES) continue;
    await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }));
    await rm(file);
  }
}

async function total(directory) {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    bytes += entry.isDirectory() ? await total(file) : (await stat(file)).size;
  }
  return bytes;
}

for (const part of ["assets", "widget", "index.html", "index.html.gz"]) await rm(`${DIST}/${part}`, { recursive: true, force: true });
await mkdir(`${DIST}/widget`, { recursive: true });
await Promise.all([buildWidget(), buildPlayground()]);
await cp("src/demo", `${DIST}/widget`, { recursive: true });
await compress(DIST);
console.log(`web: built into ${DIST}, ${(await total(DIST) / 1024 / 1024).toFixed(1)} MiB to embed`);
