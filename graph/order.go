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
	firstDue           = &ent.DeferralOrder{Direction: entgql.OrderDirectionAsc, Field: ent.DeferralOrderFieldDueAt}
	newestIncidents    = &ent.IncidentOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultIncidentOrder.Field}
	newestDirectives   = &ent.DirectiveOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultDirectiveOrder.Field}
	newestEvaluations  = &ent.EvaluationOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultEvaluationOrder.Field}
	newestCalibrations = &ent.CalibrationOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultCalibrationOrder.Field}
	newestAlerts       = &ent.AlertOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultAlertOrder.Field}
	newestKeys         = &ent.APIKeyOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultAPIKeyOrder.Field}
	newestRequests     = &ent.AccessRequestOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultAccessRequestOrder.Field}
	newestCourses      = &ent.CourseOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultCourseOrder.Field}
	newestAssignments  = &ent.TrainingAssignmentOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultTrainingAssignmentOrder.Field}
	newestAdmissions   = &ent.AdmissionOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultAdmissionOrder.Field}
	newestAuditEntries = &ent.AuditEntryOrder{Direction: entgql.OrderDirectionDesc, Field: ent.DefaultAuditEntryOrder.Field}
)
