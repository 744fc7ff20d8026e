// Package privacy looks after the data of citizens as a whole (152-FZ): it destroys what is kept no longer (Rules), keeps what a court
// wants kept (holds), and answers a citizen's own request for a copy or for destruction, which one person enters and another approves.
// Whatever is destroyed leaves a certificate (DestructionAct) in the same transaction: what, how much, when, by which rule, and a hash over
// it; acts are never changed. Statistics stay: interactions, their times, topics and outcomes, without words and without a person.
//
// Destruction is made of small steps, each of them one transaction that may be repeated: files first, then rows with the act. A node that
// dies between two steps leaves the rest to any other.
//
// The audit log is not destroyed: it names accounts and ids, and holds no personal data of citizens. What the question base keeps of
// dialogues (verdicts, questions answered badly, remarks on proposals) loses words and person with the dialogue, and stands in its certificate.
//
// It may import ent, access and plumbing; of domains only the types of knowledge/improve; it declares what it needs of files, recordings and
// the base.
package privacy
