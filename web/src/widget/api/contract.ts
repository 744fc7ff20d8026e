// The part of schema.graphql that a citizen's chat needs, as types and documents. Names are those of the schema.

export type InteractionState =
  | "WITH_ASSISTANT" | "QUEUED" | "OFFERED" | "ACTIVE" | "HELD" | "WRAP_UP" | "DEFERRED" | "CLOSED" | "ABANDONED";

export type MessageAuthor = "CITIZEN" | "ASSISTANT" | "OPERATOR" | "SYSTEM";
export type MessageKind = "TEXT" | "ANSWER" | "CLARIFICATION" | "NOTICE" | "RATING_REQUEST";

export interface Operator { displayName: string }
export interface Choice { id: string; text: string }
export interface RecordLink { title: string; url: string }

/** A file that an answer gives along; its url is null where the centre does not have it, and else a signed link that works for 15 minutes. */
export interface RecordFile { id: string; title: string; mediaType: string; size: number; url: string | null }

export interface Citation { versionId: string; question: string; legalBasis: string[]; links: RecordLink[]; files: RecordFile[] }

export interface Attachment {
  id: string;
  fileName: string;
  mediaType: string;
  size: number;
  /** A signed link that works for 15 minutes; ask again for an older one. */
  url: string;
}

export interface Message {
  id: string;
  /** 1, 2, 3 … without holes within the interaction. */
  sequence: number;
  author: MessageAuthor;
  kind: MessageKind;
  operator: Operator | null;
  text: string;
  citations: Citation[];
  choices: Choice[];
  attachments: Attachment[];
  clientKey: string | null;
  helpful: boolean | null;
  createdAt: string;
}

export interface Interaction {
  id: string;
  state: InteractionState;
  operator: Operator | null;
  queuePosition: number | null;
  expectedWaitSeconds: number | null;
  closedAt: string | null;
  rating: number | null;
  /** Whether what is being written may be told before it is sent. */
  draftsWelcome: boolean;
}

/** The interaction with its messages and the position to subscribe from. */
export interface Snapshot extends Interaction {
  cursor: string;
  messages: Message[];
}

export type DialogueEvent = { cursor: string; at: string } & (
  | { __typename: "MessageAdded" | "MessageChanged"; message: Message }
  | { __typename: "InteractionChanged"; interaction: Interaction }
  | { __typename: "Typing"; author: MessageAuthor }
  | { __typename: "QueuePositionChanged"; position: number | null; expectedWaitSeconds: number | null }
);

export interface UserError { field: string | null; message: string; code: string }

const INTERACTION_FIELDS = `fragment I on Interaction {
  id state operator { displayName } queuePosition expectedWaitSeconds closedAt rating draftsWelcome
}`;

const MESSAGE_FIELDS = `fragment M on Message {
  id sequence author kind operator { displayName } text
  citations { versionId question legalBasis links { title url } files { id title mediaType size url } } choices { id text }
  attachments { id fileName mediaType size url } clientKey helpful createdAt
}`;

const ERRORS = "userErrors { field message code }";

export const CHAT_START = `mutation ChatStart($input: ChatStartInput!) {
  chatStart(input: $input) { token interaction { ...I } ${ERRORS} }
} ${INTERACTION_FIELDS}`;

export const MESSAGE_SEND = `mutation MessageSend($input: MessageSendInput!) {
  messageSend(input: $input) { message { ...M } ${ERRORS} }
} ${MESSAGE_FIELDS}`;

export const TYPING_SIGNAL = `mutation TypingSignal($input: TypingSignalInput!) {
  typingSignal(input: $input) { ${ERRORS} }
}`;

export const ATTACHMENT_UPLOAD = `mutation AttachmentUpload($input: AttachmentUploadInput!) {
  attachmentUpload(input: $input) { attachment { id fileName mediaType size url } ${ERRORS} }
}`;

export const HANDOVER_REQUEST = `mutation HandoverRequest($input: InteractionInput!) {
  handoverRequest(input: $input) { interaction { ...I } ${ERRORS} }
} ${INTERACTION_FIELDS}`;

export const ANSWER_FEEDBACK = `mutation AnswerFeedback($input: AnswerFeedbackInput!) {
  answerFeedback(input: $input) { message { ...M } ${ERRORS} }
} ${MESSAGE_FIELDS}`;

export const CHAT_END = `mutation ChatEnd($input: InteractionInput!) {
  chatEnd(input: $input) { interaction { ...I } ${ERRORS} }
} ${INTERACTION_FIELDS}`;

export const INTERACTION_RATE = `mutation InteractionRate($input: InteractionRateInput!) {
  interactionRate(input: $input) { interaction { ...I } ${ERRORS} }
} ${INTERACTION_FIELDS}`;

export const INTERACTION = `query Interaction($id: ID!, $before: Cursor) {
  interaction(id: $id) {
    ...I cursor
    messages(last: 100, before: $before) { edges { node { ...M } } pageInfo { hasPreviousPage startCursor } }
  }
} ${INTERACTION_FIELDS} ${MESSAGE_FIELDS}`;

export const ATTACHMENT = `query Attachment($id: ID!) {
  node(id: $id) { ... on Attachment { id fileName mediaType size url } }
}`;

export const RECORD_FILES = `query RecordFiles($id: ID!) {
  node(id: $id) { ... on Message { citations { files { id title mediaType size url } } } }
}`;

export const DIALOGUE = `subscription Dialogue($interactionId: ID!, $after: EventCursor) {
  dialogue(interactionId: $interactionId, after: $after) {
    __typename cursor at
    ... on MessageAdded { message { ...M } }
    ... on MessageChanged { message { ...M } }
    ... on InteractionChanged { interaction { ...I } }
    ... on Typing { author }
    ... on QueuePositionChanged { position expectedWaitSeconds }
  }
} ${INTERACTION_FIELDS} ${MESSAGE_FIELDS}`;
