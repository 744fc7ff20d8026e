// Monaco runs its language services in workers; they are files of our own, so that nothing comes from outside.

const FILES: Record<string, string> = { json: "json.worker.js", graphql: "graphql.worker.js" };

export function setUpWorkers(): void {
  const scope = globalThis as typeof globalThis & {
    MonacoEnvironment?: { getWorker(id: string, label: string): Worker };
  };
  scope.MonacoEnvironment = {
    getWorker: (_, label) => new Worker(`assets/${FILES[label] ?? "editor.worker.js"}`, { name: label }),
  };
}
