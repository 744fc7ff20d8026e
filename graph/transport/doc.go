// Package transport speaks GraphQL over the wire: POST and GET (GraphQL over HTTP, draft of 2025), file uploads (GraphQL
// multipart request specification), subscriptions over a websocket (graphql-transport-ws) and over server-sent events
// (graphql-sse, distinct connections). It bounds what a client may send, checks origins and tokens, and knows nothing of
// what is asked: execution is gqlgen's.
//
// Tokens travel in the Authorization header or in connection_init and never in cookies, so a foreign page has nothing
// to ride on. On top of that, a browser's request from a foreign origin is refused unless the origin is allowed, and
// what a page could send without asking (multipart, GET by navigation or by an image) needs a header that makes the
// browser ask first.
//
// It imports access/viewer and internal packages, and no domain.
package transport
