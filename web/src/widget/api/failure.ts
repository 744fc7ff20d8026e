// What can go wrong between the widget and the centre, in the few kinds that the widget treats differently.

import type { UserError } from "./contract";

export type FailureKind =
  /** Nobody answered, or the centre is away: try again later, nothing is known to have happened. */
  | "network"
  /** Too many attempts: try again later. */
  | "busy"
  /** The token or the interaction is not accepted any more: begin anew. */
  | "refused"
  /** The request itself is not acceptable: do not repeat it. */
  | "rejected"
  /** The caller gave it up. */
  | "aborted";

export class Failure extends Error {
  constructor(readonly kind: FailureKind, message: string, readonly code = "") {
    super(message);
    this.name = "Failure";
  }

  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.kind === "network" || this.kind === "busy";
  }
}

const KINDS: Record<string, FailureKind> = {
  UNAUTHENTICATED: "refused",
  NOT_FOUND: "refused",
  RATE_LIMITED: "busy",
  UNAVAILABLE: "network",
  INTERNAL: "network",
};

export function failureOfCode(code: string, message: string): Failure {
  return new Failure(KINDS[code] ?? "rejected", message, code);
}

export function failureOfStatus(status: number): Failure | null {
  if (status === 401) return new Failure("refused", "HTTP 401", "UNAUTHENTICATED");
  if (status === 413) return new Failure("rejected", "HTTP 413", "TOO_LARGE");
  if (status === 429) return new Failure("busy", "HTTP 429", "RATE_LIMITED");
  if (status >= 500) return new Failure("network", `HTTP ${status}`, "UNAVAILABLE");
  return null;
}

export interface GraphQLFault { message: string; extensions?: { code?: unknown } }

/** The failure that a GraphQL response carries at its top level, if any. */
export function failureOfFaults(faults: readonly GraphQLFault[] | undefined): Failure | null {
  const first = faults?.[0];
  if (!first) return null;
  const code = typeof first.extensions?.code === "string" ? first.extensions.code : "";
  return failureOfCode(code, first.message);
}

/** The failure that a payload carries in its userErrors, if any. */
export function failureOfUserErrors(errors: readonly UserError[] | undefined): Failure | null {
  const first = errors?.[0];
  if (!first) return null;
  // A file or a choice that is gone is no reason to give up the dialogue.
  const elsewhere = first.field !== null && !first.field.endsWith("interactionId");
  if (first.code === "NOT_FOUND" && elsewhere) return new Failure("rejected", first.message, first.code);
  return failureOfCode(first.code, first.message);
}

/** Any thrown value as a Failure; what is not one already is taken for a loss of network. */
export function asFailure(reason: unknown): Failure {
  if (reason instanceof Failure) return reason;
  return new Failure("network", reason instanceof Error ? reason.message : String(reason));
}

/** Words for the citizen. */
export function wordsFor(failure: Failure): string {
  if (failure.code === "TOO_LARGE") return "Слишком большой размер.";
  if (failure.code === "CONFLICT") return "Диалог уже завершён или изменился. Попробуйте ещё раз.";
  switch (failure.kind) {
    case "network": return "Нет связи с контактным центром.";
    case "busy": return "Слишком много запросов. Подождите немного.";
    case "refused": return "Срок действия диалога истёк.";
    default: return "Центр не принял это. Измените и попробуйте ещё раз.";
  }
}
