// Requests and responses over HTTP. Subscriptions are in stream.ts, uploads in upload.ts.

import * as doc from "./contract";
import type { Attachment, Interaction, Message, RecordFile, Snapshot, UserError } from "./contract";
import { asFailure, Failure, failureOfFaults, failureOfStatus, failureOfUserErrors, type GraphQLFault } from "./failure";

/** After so long without an answer a request counts as lost. */
const TIMEOUT_MS = 15_000;
/** At most so many pages of 100 messages are read of one dialogue. */
const MAX_PAGES = 20;

interface Response<T> { data?: T | null; errors?: GraphQLFault[] }
interface MessagePage {
  edges: { node: Message }[];
  pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
}

export interface ChatStart {
  agencyCode?: string;
  regionCode?: string;
  pageUrl?: string;
  idempotencyKey: string;
}

export interface MessageSend {
  interactionId: string;
  text?: string;
  choiceId?: string;
  attachmentIds?: string[];
  clientKey: string;
}

export class Client {
  constructor(readonly endpoint: string, private readonly fetcher: typeof fetch = (...args) => fetch(...args)) {}

  async chatStart(input: ChatStart): Promise<{ interaction: Interaction; token: string }> {
    const { interaction, token } = await this.mutate<{ interaction: Interaction | null; token: string | null }>(
      "chatStart", doc.CHAT_START, input, null);
    return { interaction: present(interaction), token: present(token) };
  }

  async messageSend(token: string, input: MessageSend): Promise<Message> {
    const payload = await this.mutate<{ message: Message | null }>("messageSend", doc.MESSAGE_SEND, input, token);
    return present(payload.message);
  }

  async typingSignal(token: string, interactionId: string, draft?: string): Promise<void> {
    await this.mutate("typingSignal", doc.TYPING_SIGNAL, { interactionId, draft }, token);
  }

  handoverRequest(token: string, interactionId: string): Promise<Interaction> {
    return this.act("handoverRequest", doc.HANDOVER_REQUEST, { interactionId }, token);
  }

  chatEnd(token: string, interactionId: string): Promise<Interaction> {
    return this.act("chatEnd", doc.CHAT_END, { interactionId }, token);
  }

  interactionRate(token: string, interactionId: string, rating: number, comment: string): Promise<Interaction> {
    const input = { interactionId, rating, comment: comment.trim() || null };
    return this.act("interactionRate", doc.INTERACTION_RATE, input, token);
  }

  async answerFeedback(token: string, messageId: string, helpful: boolean): Promise<Message> {
    const payload = await this.mutate<{ message: Message | null }>(
      "answerFeedback", doc.ANSWER_FEEDBACK, { messageId, helpful }, token);
    return present(payload.message);
  }

  /** A fresh link to a file. */
  async attachment(token: string, id: string): Promise<Attachment> {
    const data = await this.request<{ node: Attachment | null }>(doc.ATTACHMENT, { id }, token);
    return present(data.node);
  }

  /** The files that came along with the answer of a message, with fresh links. */
  async recordFiles(token: string, messageId: string): Promise<RecordFile[]> {
    const data = await this.request<{ node: { citations: { files: RecordFile[] }[] } | null }>(doc.RECORD_FILES, { id: messageId }, token);
    return present(data.node).citations.flatMap((citation) => citation.files);
  }

  /** The whole dialogue as it is now. Its cursor is that of the first page read, so that nothing later is missed. */
  async snapshot(token: string, id: string): Promise<Snapshot> {
    let messages: Message[] = [];
    let before: string | null = null;
    let first: (Interaction & { cursor: string }) | null = null;
    for (let page = 0; page < MAX_PAGES; page++) {
      const data: { interaction: (Interaction & { cursor: string; messages: MessagePage }) | null } =
        await this.request(doc.INTERACTION, { id, before }, token);
      if (!data.interaction) throw new Failure("refused", "no such interaction", "NOT_FOUND");
      const { messages: found, ...interaction } = data.interaction;
      first ??= interaction;
      messages = found.edges.map((edge) => edge.node).concat(messages);
      if (!found.pageInfo.hasPreviousPage || found.pageInfo.startCursor === null) break;
      before = found.pageInfo.startCursor;
    }
    return { ...first!, messages };
  }

  private async act(field: string, document: string, input: object, token: string): Promise<Interaction> {
    const payload = await this.mutate<{ interaction: Interaction | null }>(field, document, input, token);
    return present(payload.interaction);
  }

  private async mutate<T>(field: string, document: string, input: object, token: string | null): Promise<T> {
    const data = await this.request<Record<string, T & { userErrors?: UserError[] }>>(document, { input }, token);
    const payload = present(data[field]);
    const failure = failureOfUserErrors(payload.userErrors);
    if (failure) throw failure;
    return payload;
  }

  private async request<T>(query: string, variables: object, token: string | null): Promise<T> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      const response = await this.fetcher(this.endpoint, {
        method: "POST",
        headers: requestHeaders(token),
        body: JSON.stringify({ query, variables }),
        signal: abort.signal,
        credentials: "omit",
        cache: "no-store",
      });
      return await readResponse<T>(response);
    } catch (reason) {
      throw asFailure(reason);
    } finally {
      clearTimeout(timer);
    }
  }
}

export function requestHeaders(token: string | null): Record<string, string> {
  const headers: Record<string, string> = {
    "Content-Type": "application/json",
    Accept: "application/graphql-response+json, application/json",
  };
  if (token) headers.Authorization = `Bearer ${token}`;
  return headers;
}

async function readResponse<T>(response: globalThis.Response): Promise<T> {
  let body: Response<T> | null = null;
  try {
    body = (await response.json()) as Response<T>;
  } catch {
    body = null;
  }
  const failure = failureOfFaults(body?.errors) ?? failureOfStatus(response.status);
  if (failure) throw failure;
  if (!response.ok || !body?.data) throw new Failure("rejected", `HTTP ${response.status}`);
  return body.data;
}

function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Failure("network", "the answer is incomplete", "INTERNAL");
  return value;
}
