// What is known of the dialogue, as a value. Every change is a pure function, and every function may be given the same
// message or event twice without harm: live events, snapshots and answers to mutations overlap.

import type { DialogueEvent, Interaction, InteractionState, Message, MessageAuthor, Snapshot } from "../api/contract";

export interface Dialogue {
  interaction: Interaction | null;
  /** Ordered by sequence, each id once. */
  messages: readonly Message[];
  /** Who is writing, and until when (milliseconds of the clock) that holds. */
  typing: { author: MessageAuthor; until: number } | null;
}

export const EMPTY: Dialogue = { interaction: null, messages: [], typing: null };

/** A typing signal lasts 6 seconds; one more for the way. */
const TYPING_MS = 7_000;

/** Not WRAP_UP: a citizen who writes then opens the talk again. */
const OVER: readonly InteractionState[] = ["CLOSED", "ABANDONED"];
const WAITING: readonly InteractionState[] = ["QUEUED", "OFFERED"];

/** Whether nothing more can be said. */
export function isOver(interaction: Interaction | null): boolean {
  return interaction !== null && OVER.includes(interaction.state);
}

/** Whether the citizen waits for an operator. */
export function isWaiting(interaction: Interaction | null): boolean {
  return interaction !== null && WAITING.includes(interaction.state);
}

export function withMessages(dialogue: Dialogue, added: readonly Message[]): Dialogue {
  if (added.length === 0) return dialogue;
  const byId = new Map(dialogue.messages.map((message) => [message.id, message]));
  for (const message of added) byId.set(message.id, message);
  const messages = [...byId.values()].sort((a, b) => a.sequence - b.sequence);
  return { ...dialogue, messages };
}

export function withInteraction(dialogue: Dialogue, interaction: Interaction): Dialogue {
  const typing = isOver(interaction) ? null : dialogue.typing;
  return { ...dialogue, interaction, typing };
}

export function withSnapshot(dialogue: Dialogue, snapshot: Snapshot): Dialogue {
  const { messages, cursor: _, ...interaction } = snapshot;
  return withMessages(withInteraction(dialogue, interaction), messages);
}

export function withEvent(dialogue: Dialogue, event: DialogueEvent, now: number): Dialogue {
  switch (event.__typename) {
    case "MessageAdded":
    case "MessageChanged": {
      const next = withMessages(dialogue, [event.message]);
      return next.typing?.author === event.message.author ? { ...next, typing: null } : next;
    }
    case "InteractionChanged":
      return withInteraction(dialogue, event.interaction);
    case "Typing":
      if (event.author === "CITIZEN") return dialogue;
      return { ...dialogue, typing: { author: event.author, until: now + TYPING_MS } };
    case "QueuePositionChanged":
      if (!dialogue.interaction) return dialogue;
      return {
        ...dialogue,
        interaction: {
          ...dialogue.interaction,
          queuePosition: event.position,
          expectedWaitSeconds: event.expectedWaitSeconds,
        },
      };
    default:
      return dialogue; // an event of a newer centre
  }
}

/** Whether a message is missing between the first and the last one known: then the dialogue is read afresh. */
export function hasGap(dialogue: Dialogue): boolean {
  const { messages } = dialogue;
  const first = messages[0];
  const last = messages[messages.length - 1];
  return first !== undefined && last !== undefined && last.sequence - first.sequence !== messages.length - 1;
}

/** The number of messages of others after the one read last. */
export function unread(dialogue: Dialogue, readSequence: number): number {
  return dialogue.messages.filter((m) => m.author !== "CITIZEN" && m.sequence > readSequence).length;
}

/** Whether Yana has the word: the last message is the citizen's and nobody else has taken over. */
export function awaitsAssistant(dialogue: Dialogue): boolean {
  const last = dialogue.messages[dialogue.messages.length - 1];
  return dialogue.interaction?.state === "WITH_ASSISTANT" && last?.author === "CITIZEN";
}
