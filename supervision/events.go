package supervision

import (
	"ekc/ent"
	"ekc/internal/eventlog"
)

// KindDeferral says that a deferred enquiry changed. It names the operator who answers it, if there is one, and in its data, as
// "deferral", the deferral.
const KindDeferral = "deferral.changed"

// DataDeferral is the key of the event's data.
const DataDeferral = "deferral"

// deferralEvents tell the operator who answers a deferral, and the one before if it was another; boards take one for the whole.
func deferralEvents(d *ent.Deferral, before string) []eventlog.Event {
	data := map[string]string{DataDeferral: d.ID}
	events := []eventlog.Event{{Kind: KindDeferral, AccountID: d.OperatorID, Data: data}}
	if before != "" && before != d.OperatorID {
		events = append(events, eventlog.Event{Kind: KindDeferral, AccountID: before, Data: data})
	}
	return events
}

// KindIncident says that an incident changed. It names who reported it, and in its data, as "incident", the incident.
const KindIncident = "incident.changed"

// DataIncident is the key of the event's data.
const DataIncident = "incident"

func incidentEvent(n *ent.Incident) eventlog.Event {
	return eventlog.Event{Kind: KindIncident, AccountID: n.RaisedBy, Data: map[string]string{DataIncident: n.ID}}
}
