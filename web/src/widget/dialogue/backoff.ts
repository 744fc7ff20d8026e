// How long to wait before the next attempt: doubling, capped, with jitter, so that thousands of widgets that lost the
// centre together do not come back together.

export const FIRST_MS = 500;
export const LONGEST_MS = 15_000;

/** The pause before attempt number `attempt` (0 is the first repeat), in milliseconds; `random` gives [0, 1). */
export function pause(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 20));
  return Math.round(ceiling / 2 + random() * (ceiling / 2));
}
