// Package graph serves the API contract, schema.graphql: one file of resolvers for each domain, each of which converts,
// calls one domain method and answers; the limits of what may be asked; subscriptions over the event log; and the one
// place where errors are shown. It decides no rights: the domains do, and the policies of the data model stand behind
// every read, which acts as the viewer.
//
// How bytes come and go is graph/transport's. Nothing but cmd imports this package.
package graph
