package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"ekc/ent/auditentry"
)

// workbook is a plan as a person of the head office keeps it: numbers and dates are cells of their kinds, the header is bold, the rest is
// put together by hand; among the rows stand empty ones, and there is a second sheet.
func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { require.NoError(t, f.Close()) }()
	date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	require.NoError(t, err)
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	require.NoError(t, err)
	header := []any{"Wave", "Agency", "Region", "Name", "Operators_line_2", "Records", "Starts", "Ends"}
	for y, row := range append([][]any{header}, rows...) {
		for x, value := range row {
			if value == nil {
				continue
			}
			cell, err := excelize.CoordinatesToCellName(x+1, y+1)
			require.NoError(t, err)
			require.NoError(t, f.SetCellValue("Sheet1", cell, value))
			if _, is := value.(time.Time); is {
				require.NoError(t, f.SetCellStyle("Sheet1", cell, cell, date))
			}
		}
	}
	require.NoError(t, f.SetRowStyle("Sheet1", 1, 1, bold))
	_, err = f.NewSheet("Заметки")
	require.NoError(t, err)
	require.NoError(t, f.SetCellValue("Заметки", "A1", "не для плана"))
	content, err := f.WriteToBuffer()
	require.NoError(t, err)
	return content.Bytes()
}

// A person of the centre tries a workbook, mends the row that was named, sends it, and finds the sites on the board.
func TestPlanIsImportedFromAWorkbook(t *testing.T) {
	t.Parallel()
	j := newJoining(t)
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		require.NoError(t, err)
		return at
	}
	wave := []any{2, nil, nil, nil, nil, nil, day("2021-11-23"), day("2021-12-19")}
	changed := []any{1, "pfr", 77, "Площадка", 3, nil}
	added := []any{2, "PFR", 78, "Площадка на Неве", 10, 500}
	wrong := []any{2, "PFR", 78, "Площадка без людей", "много", nil}
	tried := j.planFile(j.admin, "план.xlsx", workbook(t, wave, added, nil, wrong, changed), true)
	require.Equal(t, false, tried.path("onboardingPlanImport", "written"), tried.raw)
	bad := tried.path("onboardingPlanImport", "badRows").([]any)
	require.Len(t, bad, 1, tried.raw)
	require.InDelta(t, 5, bad[0].(map[string]any)["line"], 0, "as the program of the person counts rows")
	require.Equal(t, "operators_line_2", bad[0].(map[string]any)["field"])

	good := workbook(t, wave, added, []any{" ", nil, ""}, changed)
	require.Equal(t, "FORBIDDEN", j.planFile(j.boss, "план.xlsx", good, false).trouble("onboardingPlanImport"))
	require.Equal(t, 1, j.client.Site.Query().CountX(j.system), "nothing was written yet")
	got := j.planFile(j.admin, "план.xlsx", good, false)
	require.Equal(t, true, got.path("onboardingPlanImport", "written"), got.raw)
	require.Empty(t, got.path("onboardingPlanImport", "badRows"))
	for what, n := range map[string]float64{"waves": 1, "added": 1, "changed": 1, "unchanged": 0} {
		require.InDelta(t, n, got.path("onboardingPlanImport", what), 0, "%s: %s", what, got.raw)
	}
	board := j.ask(j.head, `{ rolloutWaves { number startsOn endsOn } onboardingBoard(filter: {wave: 2}) { sites { site { name agency { code } region { code } }
		need { operatorsLine2 records } dueOn stage } } }`, nil)
	sites := board.path("onboardingBoard", "sites").([]any)
	require.Len(t, sites, 1, board.raw)
	neva := sites[0].(map[string]any)
	require.Equal(t, map[string]any{"name": "Площадка на Неве", "agency": map[string]any{"code": "PFR"}, "region": map[string]any{"code": "78"}}, neva["site"])
	require.InDelta(t, 10, neva["need"].(map[string]any)["operatorsLine2"], 0)
	require.InDelta(t, 500, neva["need"].(map[string]any)["records"], 0)
	require.Equal(t, "2021-12-19", neva["dueOn"], "the date of a cell of dates")
	require.Contains(t, board.raw, `"startsOn":"2021-11-23"`)
	again := j.planFile(j.admin, "план.xlsx", good, false)
	require.InDelta(t, 2, again.path("onboardingPlanImport", "unchanged"), 0, again.raw)
	require.Equal(t, 2, j.client.AuditEntry.Query().Where(auditentry.Action("onboarding.import")).CountX(j.system))
}
