// Sends what is in the editor: queries and mutations by POST, subscriptions over graphql-transport-ws. The headers
// editor goes with both; over the websocket its entries become the payload of connection_init.

import type { Fetcher, FetcherParams, FetcherReturnType } from "@graphiql/toolkit";
import { parse } from "graphql";
import { type Client, createClient, type ExecutionResult } from "graphql-ws";

let client: { headers: string; client: Client } | null = null;

/** One connection for as long as the headers stay the same. */
function websocket(endpoint: string, headers: Record<string, string>): Client {
  const key = JSON.stringify(headers);
  if (client?.headers === key) return client.client;
  void client?.client.dispose();
  const connectionParams = Object.fromEntries(Object.entries(headers).map(([name, v]) => [name.toLowerCase(), v]));
  client = { headers: key, client: createClient({ url: endpoint.replace(/^http/, "ws"), connectionParams, retryAttempts: 2 }) };
  return client.client;
}

export function createFetcher(endpoint: string): Fetcher {
  return (params, options) => {
    const headers = (options?.headers ?? {}) as Record<string, string>;
    if (isSubscription(params)) return subscribe(endpoint, headers, params) as FetcherReturnType;
    return post(endpoint, headers, params);
  };
}

async function post(endpoint: string, headers: Record<string, string>, params: FetcherParams): Promise<ExecutionResult> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json, application/json",
      ...headers,
    },
    body: JSON.stringify(params),
  });
  const text = await response.text();
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    throw new Error(`HTTP ${response.status}: ${text.slice(0, 500)}`);
  }
}

function subscribe(endpoint: string, headers: Record<string, string>, params: FetcherParams) {
  return websocket(endpoint, headers).iterate({
    query: params.query,
    variables: params.variables as Record<string, unknown> | undefined,
    operationName: params.operationName,
  });
}

function isSubscription(params: FetcherParams): boolean {
  try {
    const operations = parse(params.query).definitions.filter((d) => d.kind === "OperationDefinition");
    const chosen = operations.find((d) => d.name?.value === params.operationName) ?? operations[0];
    return chosen?.operation === "subscription";
  } catch {
    return false;
  }
}
