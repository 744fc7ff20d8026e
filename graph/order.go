package graph

import (
	"entgo.io/contrib/entgql"

	"ekc/ent"
)

// The orders of connections. Ids grow with time, so the newest comes first by descending id.
var (
	byCode             = &ent.RegionOrder{Direction: entgql.OrderDirectionAsc, Field: ent.RegionOrderFieldCode}
	bySequence         = &ent.MessageOrder{Direction: entgql.OrderDirectionAsc, Field: ent.MessageOrderFieldSequence}
	newestInteractions = &ent.InteractionOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultInteractionOrder.Field}
	newestKeys         = &ent.APIKeyOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultAPIKeyOrder.Field}
	newestRequests     = &ent.AccessRequestOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultAccessRequestOrder.Field}
	newestAuditEntries = &ent.AuditEntryOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultAuditEntryOrder.Field}
)
