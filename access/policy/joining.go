package policy

import (
	"time"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/admission"
	"ekc/ent/course"
	"ekc/ent/courseversion"
	"ekc/ent/predicate"
	"ekc/ent/site"
	"ekc/ent/siteconfirmation"
	"ekc/ent/sitestage"
	"ekc/ent/trainingassignment"
	"ekc/ent/trainingattempt"
)

// RolloutWave is the policy of the waves in which sites join: any account.
func RolloutWave() entgo.Policy {
	return narrowed[predicate.RolloutWave, *ent.RolloutWaveQuery](forSignedIn)
}

// SiteStage is the policy of how far sites are: supervisors, segment administrators, coordinators and users of the head office whose
// segment reaches the site.
func SiteStage() entgo.Policy {
	return narrowed[predicate.SiteStage, *ent.SiteStageQuery](ofSites(sitestage.FieldSiteID))
}

// SiteConfirmation is the policy of what people confirmed of them: as of the stages.
func SiteConfirmation() entgo.Policy {
	return narrowed[predicate.SiteConfirmation, *ent.SiteConfirmationQuery](ofSites(siteconfirmation.FieldSiteID))
}

func ofSites(column string) func(viewer.Viewer) condition {
	return func(v viewer.Viewer) condition {
		return reaching(column, site.Table, grantsOf(v, viewer.Supervisor, viewer.SegmentAdministrator, viewer.SegmentCoordinator, viewer.ExpertSystemUser))
	}
}

// grantsOf are the viewer's grants of the roles; none of a viewer that is no account.
func grantsOf(v viewer.Viewer, roles ...viewer.Role) []viewer.Grant {
	if v.Kind != viewer.Account {
		return nil
	}
	return v.GrantsOf(roles...)
}

// reaching is the condition on rows that hang, by the column, on rows of a table with a segment that one of the grants reaches.
func reaching(column, table string, grants []viewer.Grant) condition {
	if len(grants) == 0 {
		return nothing
	}
	for _, g := range grants {
		if g.AgencyID == "" && g.RegionID == "" {
			return nil
		}
	}
	return in(column, func(b *sql.DialectBuilder) *sql.Selector {
		s := b.Select("id").From(b.Table(table))
		return s.Where(reachedBy(s, grants))
	})
}

// Course is the policy of courses: accounts with a role that reaches the course, and those to whom it is assigned. What is in it is
// for others than who learns it.
func Course() entgo.Policy {
	return narrowed[predicate.Course, *ent.CourseQuery](courses)
}

func courses(v viewer.Viewer) condition {
	if v.Kind != viewer.Account {
		return nothing
	}
	return func(s *sql.Selector) {
		reached := sql.False()
		if len(v.Grants) > 0 {
			if reached = reachedBy(s, v.Grants); reached == nil {
				return
			}
		}
		a := sql.Dialect(s.Dialect()).Select(trainingassignment.FieldCourseID).From(sql.Table(trainingassignment.Table))
		a.Where(sql.EQ(a.C(trainingassignment.FieldAccountID), v.AccountID))
		s.Where(sql.Or(reached, sql.In(s.C(course.FieldID), a)))
	}
}

// CourseVersion is the policy of what courses hold, with the right answers: supervisors and content managers whose segment reaches the
// course.
func CourseVersion() entgo.Policy {
	return narrowed[predicate.CourseVersion, *ent.CourseVersionQuery](func(v viewer.Viewer) condition {
		return reaching(courseversion.FieldCourseID, course.Table, grantsOf(v, viewer.Supervisor, viewer.ContentManager))
	})
}

// TrainingAssignment is the policy of what is to be learnt: the trainee; supervisors and coordinators who reach a role of theirs.
func TrainingAssignment() entgo.Policy {
	return narrowed[predicate.TrainingAssignment, *ent.TrainingAssignmentQuery](trainees(trainingassignment.FieldAccountID))
}

// TrainingAttempt is the policy of attempts: as of the assignments.
func TrainingAttempt() entgo.Policy {
	return narrowed[predicate.TrainingAttempt, *ent.TrainingAttemptQuery](trainees(trainingattempt.FieldAccountID))
}

// Admission is the policy of admissions to live work: as of the assignments.
func Admission() entgo.Policy {
	return narrowed[predicate.Admission, *ent.AdmissionQuery](trainees(admission.FieldAccountID))
}

// trainees is the condition on rows of an account by the column: its own, and those of accounts with a role that a supervisor or
// coordinator reaches.
func trainees(column string) func(viewer.Viewer) condition {
	return func(v viewer.Viewer) condition {
		if v.Kind != viewer.Account {
			return nothing
		}
		grants := v.GrantsOf(viewer.Supervisor, viewer.SegmentCoordinator)
		if len(grants) == 0 {
			return equals(column, v.AccountID)
		}
		reached := accountsWhere(func(s *sql.Selector) { s.Where(colleagues(s, grants, time.Now().UTC())) })
		return func(s *sql.Selector) {
			s.Where(sql.Or(sql.EQ(s.C(column), v.AccountID), sql.In(s.C(column), reached(sql.Dialect(s.Dialect())))))
		}
	}
}
