package access_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/internal/fail"
)

// The matrix as it was agreed, letter by letter: a dash for nothing, o own, i inside the segment, s wherever the segment
// reaches. The columns: nobody, citizen, then access.Roles.
const agreed = `
interaction.read                -o os---s-s
interaction.read_timeline       -- os---s-s
interaction.read_routing_trace  -- -s---s-s
interaction.read_suggestions    -- os-----s
citizen.read                    -- os---s-s
citizen.read_personal_data      -- oo-----o
citizen.read_for_purpose        -- os-----s
interaction.start               so ssssssss
interaction.send_message        -o oo-----o
interaction.request_handover    -o --------
interaction.rate_answer         -o --------
interaction.rate                -o --------
interaction.end                 -o --------
interaction.work                -- oo-----o
interaction.transfer            -- os-----s
interaction.defer               -- os-----s
deferral.read                   -- osss-s-s
deferral.name                   -- -s-----s
deferral.answer                 -- o------o
deferral.analyse                -- --ss---s
deferral.set_term               -- -------s
operator.direct                 -- -s-----s
interaction.assign              -- -s-----s
evaluation.read                 -- os---s-s
evaluation.give                 -- -s-----s
evaluation.answer               -- oo-----o
evaluation.decide               -- -s---s-s
evaluation.read_results         -- os---sss
evaluation.manage               -- -i-----s
calibration.read                -- -s---s-s
calibration.run                 -- -s-----s
alert.read                      -- -s---s-s
alert.manage                    -- -i-----s
alert.acknowledge               -- -s-----s
incident.report                 -- ss-----s
incident.read                   -- os---sss
incident.decide                 -- -s-----s
offer.answer                    -- o------o
presence.set                    -- s------s
desk.read                       -- s------s
board.read                      -- -s---s-s
queue.read                      -- ssssssss
queue.read_figures              -- os---s-s
queue.read_members              -- -s---s-s
queue.create                    -- -------s
skill.create                    -- -------s
business_hours.set              -- -------s
queue.manage                    -- -i-----s
queue.manage_members            -- -s-----s
account.set_skill               -- -s-----s
reference.read                  -- ssssssss
site.read                       -- -s--ss-s
base.search                     -- ssssssss
base.give_feedback              -- sss----s
base.read_quality               -- -sss-sss
assistant.explain               -- -sss-s-s
base.decide_gap                 -- --ss---s
base.propose                    -- ss-----s
base.review_proposal            -- -s-----s
base.draft_proposal             -- --ss---s
base.read_drafts                -- -sss---s
base.edit_record                -- --ii---s
base.review_record              -- --ii---s
base.read_recalls               -- -sss-s-s
base.begin_recall               -- --ii---s
base.cancel_recall              -- -iii---s
base.review_answers             -- --ss---s
account.read                    -- -s--is-s
account.read_sign_ins           -- osooioos
account.manage                  -- ----i--s
access_request.read             -- ooooiois
access_request.decide           -- ------is
api_key.manage                  -- ----i--s
agency_network.manage           -- ----i--s
personal_data.manage            -- -------s
audit.read                      -- ----i--s
recording.play                  -- os-----s
call.supervise                  -- -s-----s
call.dial                       -- s-------
callback.read                   -- ss---s-s
callback.take                   -- s------s
callback.cancel                 -- -s-----s
trunk.manage                    -- -------s
number.manage                   -- -------s
node.manage                     -- -------s
menu.edit                       -- --ii---s
menu.publish                    -- ---i---s
phone.create                    -- ----i--s
phone.reset                     -- oo--i--s
onboarding.read                 -- -s--ssss
onboarding.confirm              -- -----iis
onboarding.plan                 -- ------is
course.read                     -- -ss----s
course.edit                     -- -ii----s
training.read                   -- osooosos
training.assign                 -- -s-----s
training.take                   -- oooooooo
admission.grant                 -- -s-----s
`

var (
	here      = viewer.Scope{AgencyID: "a", RegionID: "r", Line: 2}
	elsewhere = viewer.Scope{AgencyID: "b", RegionID: "r", Line: 2}
	shared    = viewer.Scope{Line: 2}
)

// reachOf finds out by asking, not by looking into the table.
func reachOf(t *testing.T, action access.Action, v viewer.Viewer) string {
	t.Helper()
	may := func(scope viewer.Scope, own bool) bool {
		return access.CheckObject(viewer.With(t.Context(), v), action, access.Object{Scope: scope, Own: own}) == nil
	}
	switch {
	case may(elsewhere, false) && v.Kind == viewer.Account && !v.Has(viewer.Administrator):
		return "everywhere"
	case may(shared, false):
		return "s"
	case may(here, false):
		return "i"
	case may(elsewhere, true):
		return "o"
	default:
		return "-"
	}
}

func TestEveryCell(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(agreed), "\n")
	require.Equal(t, []access.Action{access.SearchBase, access.ReadQuality}, access.KeyActions(), "the column of API keys")
	require.Len(t, lines, len(access.Actions()), "a row for each action")
	for n, action := range access.Actions() {
		columns := strings.Fields(lines[n])
		require.Equal(t, columns[0], string(action))
		want := columns[1] + columns[2]
		got := reachOf(t, action, viewer.Viewer{}) + reachOf(t, action, viewer.Viewer{Kind: viewer.Citizen, InteractionID: "i"})
		if action == access.StartChat {
			got = "so" // whoever has a token still starts as anyone does
		}
		for _, role := range access.Roles {
			grant := viewer.Grant{Role: role, AgencyID: "a", RegionID: "r"}
			if role == viewer.Administrator {
				grant = viewer.Grant{Role: role}
			}
			reach := reachOf(t, action, viewer.Viewer{Kind: viewer.Account, AccountID: "x", Grants: []viewer.Grant{grant}})
			if action == access.StartChat && reach == "everywhere" {
				reach = "s"
			}
			got += reach
		}
		require.Equal(t, want, got, action)
		system := viewer.AsSystem(t.Context())
		require.NoError(t, access.Check(system, action, elsewhere))
	}
}

func TestRefusalSaysNoMoreThanTheViewerSees(t *testing.T) {
	t.Parallel()
	grant := func(role viewer.Role) viewer.Viewer {
		return viewer.Viewer{Kind: viewer.Account, Grants: []viewer.Grant{{Role: role, AgencyID: "a"}}}
	}
	for name, c := range map[string]struct {
		viewer viewer.Viewer
		action access.Action
		object access.Object
		code   fail.Code
	}{
		"no token": {viewer.Viewer{}, access.ReadInteraction, access.Object{Scope: here, Own: true}, fail.Unauthenticated},
		"another agency's supervisor": {
			grant(viewer.Supervisor), access.TransferInteraction, access.Object{Scope: elsewhere}, fail.NotFound,
		},
		"a coordinator sees but may not transfer": {
			grant(viewer.SegmentCoordinator), access.TransferInteraction, access.Object{Scope: here}, fail.Forbidden,
		},
		"somebody else's operator": {grant(viewer.Operator), access.WorkInteraction, access.Object{Scope: here}, fail.NotFound},
		"a former operator": {
			grant(viewer.Operator), access.WorkInteraction, access.Object{Scope: here, Seen: true}, fail.Forbidden,
		},
		"another citizen":               {viewer.Viewer{Kind: viewer.Citizen}, access.EndChat, access.Object{}, fail.NotFound},
		"an operator ends a chat":       {grant(viewer.Operator), access.EndChat, access.Object{Own: true}, fail.Forbidden},
		"a supervisor, shared queue":    {grant(viewer.Supervisor), access.ManageQueue, access.Object{Scope: shared}, fail.Forbidden},
		"an operator creates a queue":   {grant(viewer.Operator), access.CreateQueue, access.Object{}, fail.Forbidden},
		"a citizen, a queue":            {viewer.Viewer{Kind: viewer.Citizen}, access.ManageQueue, access.Object{}, fail.NotFound},
		"a citizen reads personal data": {viewer.Viewer{Kind: viewer.Citizen}, access.ReadPersonalData, access.Object{Own: true}, fail.Forbidden},
		"an unknown action":             {grant(viewer.Operator), access.Action("x"), access.Object{}, fail.Internal},
	} {
		err := access.CheckObject(viewer.With(t.Context(), c.viewer), c.action, c.object)
		require.Equal(t, c.code, fail.CodeOf(err), name)
	}
}

func TestLineBoundsARole(t *testing.T) {
	t.Parallel()
	v := viewer.Viewer{Kind: viewer.Account, Grants: []viewer.Grant{{Role: viewer.Supervisor, AgencyID: "a", Line: 1}}}
	ctx := viewer.With(t.Context(), v)
	require.NoError(t, access.Check(ctx, access.ReadInteraction, viewer.Scope{AgencyID: "a", Line: 1}))
	require.NoError(t, access.Check(ctx, access.ReadBoard, access.Anywhere))
	require.Error(t, access.Check(ctx, access.ReadInteraction, viewer.Scope{AgencyID: "a", Line: 2}))
}

func TestMatrixPrintsEveryCell(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, access.Matrix(&out))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2+len(access.Actions()))
	for _, line := range lines {
		require.Equal(t, strings.Count(lines[0], "|"), strings.Count(line, "|"))
	}
	require.Contains(t, out.String(), "| `queue.manage` |  |  |  | inside |  |  |  |  |  | segment |  |")
	if os.Getenv("EKC_PRINT_MATRIX") != "" {
		t.Log("\n" + out.String())
	}
}
