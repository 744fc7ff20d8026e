// The documents that a newcomer finds in the tabs.

const CHAT = `# A citizen's chat. The ▶ button offers the
# operations below; run them one after another.
#
# 1. Begin; anyone may. Copy the token into the
#    headers below: {"Authorization": "Bearer …"}
mutation Start {
  chatStart(input: {
    agencyCode: "PFR", regionCode: "77"
    text: "Во сколько лет выходят на пенсию?"
  }) {
    token
    interaction {
      id state cursor
      messages(last: 10) {
        edges { node { author kind text choices { id text } } }
      }
    }
    userErrors { field message code }
  }
}

# 2. Listen. Put id and cursor into the variables.
subscription Dialogue($id: ID!, $after: EventCursor) {
  dialogue(interactionId: $id, after: $after) {
    __typename cursor at
    ... on MessageAdded {
      message {
        author text
        citations { question legalBasis } choices { id text }
      }
    }
    ... on InteractionChanged { interaction { state operator { displayName } } }
    ... on QueuePositionChanged { position expectedWaitSeconds }
  }
}

# 3. Ask again.
mutation Send($id: ID!) {
  messageSend(input: { interactionId: $id, text: "Какой нужен стаж?" }) {
    message { sequence text }
    userErrors { field message code }
  }
}

# 4. Call a person.
mutation Person($id: ID!) {
  handoverRequest(input: { interactionId: $id }) {
    interaction { state queuePosition expectedWaitSeconds }
    userErrors { field message code }
  }
}
`;

const OPERATOR = `# An operator's desk.
#
# 1. Sign in with a demo account (the server prints
#    them). Copy accessToken into the headers below:
#    {"Authorization": "Bearer …"}
mutation SignIn {
  signIn(input: { login: "", password: "" }) {
    tokens { accessToken accessExpiresAt refreshToken }
    account { displayName }
    userErrors { field message code }
  }
}

# 2. Begin to work.
mutation Available {
  presenceSet(input: { state: AVAILABLE }) { presence { state } userErrors { field message code } }
}

# 3. Offers and messages, live.
subscription Desk($after: EventCursor) {
  desk(after: $after) {
    __typename cursor at
    ... on OfferChanged { offer { id state interaction { id topic } } }
    ... on MessageAdded { interactionId message { author text } }
  }
}

# 4. Take an offer, answer.
mutation Accept($offer: ID!) {
  offerAccept(input: { offerId: $offer }) {
    offer { interaction { id state } }
    userErrors { field message code }
  }
}
mutation Answer($id: ID!, $text: String!) {
  messageSend(input: { interactionId: $id, text: $text }) {
    message { sequence }
    userErrors { field message code }
  }
}
`;

export const TABS = [
  { query: CHAT, variables: '{\n  "id": "",\n  "after": null\n}', headers: "{}" },
  { query: OPERATOR, variables: "{}", headers: "{}" },
];
