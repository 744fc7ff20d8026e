// A clock for setTimeout that the test moves by hand; the one of Node differs between its versions.

import type { TestContext } from "node:test";

export class Timers {
  private now = 0;
  private next = 1;
  private readonly waiting = new Map<number, { at: number; run: () => void }>();

  /** Replaces setTimeout and clearTimeout until the end of the test. */
  constructor(t: TestContext) {
    const { setTimeout, clearTimeout } = globalThis;
    t.after(() => Object.assign(globalThis, { setTimeout, clearTimeout }));
    Object.assign(globalThis, {
      setTimeout: (run: () => void, delay = 0) => {
        this.waiting.set(this.next, { at: this.now + delay, run });
        return this.next++;
      },
      clearTimeout: (id: number) => void this.waiting.delete(id),
    });
  }

  tick(milliseconds: number): void {
    this.now += milliseconds;
    for (;;) {
      const due = [...this.waiting].filter(([, timer]) => timer.at <= this.now).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) return;
      this.waiting.delete(due[0]);
      due[1].run();
    }
  }
}
