package remote_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/knowledge"
	"ekc/knowledge/improve"
)

func TestTheBenchShowsWhatADraftWouldChange(t *testing.T) {
	t.Parallel()
	bothForms(t, func(t *testing.T, s improve.Service, base knowledge.Service) {
		filled(t, base)
		kept, err := s.KeepCases(t.Context(), []improve.BenchCase{
			{Query: "Как назначить пенсию военному?", Agency: "PFR", RecordID: "r1", Source: improve.ByHand, CreatedBy: "acc_1"},
			{Query: "Как получить инвалидность ребёнку, мой номер 8 926 123-45-67", Agency: "PFR", RecordID: "r1", Source: improve.ByHand, CreatedBy: "acc_1"},
			{Query: "Как получить инвалидность?", Agency: "MSE", RecordID: "r2", Source: improve.ByHand, CreatedBy: "acc_2"},
		})
		require.NoError(t, err)
		require.Len(t, kept, 3)
		require.Equal(t, "Как получить инвалидность ребёнку, мой номер [номер]", kept[1].Query)
		_, err = s.KeepCases(t.Context(), []improve.BenchCase{{Query: "Как получить инвалидность?", Agency: "PFR", Source: improve.ByHand}})
		require.Equal(t, fail.Conflict, fail.CodeOf(err), "another agency's")
		again, err := s.KeepCases(t.Context(), []improve.BenchCase{{Query: "Как назначить пенсию военному?", Agency: "PFR", RecordID: "r2", Source: improve.FromReview}})
		require.NoError(t, err)
		require.Empty(t, again, "what was written by hand stays")

		made, err := base.CreateRecord(t.Context(), knowledge.NewRecord{Actor: "acc_1", Agency: "PFR", Content: knowledge.Content{
			Question: "Как назначить пенсию военному?", Answer: "Иначе.", Phrasings: []string{"пенсия военному"}, Intent: true,
		}})
		require.NoError(t, err)
		before, err := base.Search(t.Context(), knowledge.Query{Text: "Как назначить пенсию военному?"})
		require.NoError(t, err)
		run := improve.BenchRun{VersionID: made.Open.ID, Bounded: true, Agencies: []string{"", "PFR"}}
		for range 2 { // a run leaves nothing behind
			report, err := s.RunBench(t.Context(), run)
			require.NoError(t, err)
			require.Equal(t, []int{2, 2}, []int{report.Total, report.Run})
			require.Equal(t, 1, report.RightNow)
			require.Equal(t, 0, report.RightThen, "%+v", report)
			require.Equal(t, 1, report.Broken)
			require.Equal(t, improve.Breaks, report.Results[0].Change)
			require.Equal(t, "r1", report.Results[0].Now.FirstID)
			require.Equal(t, made.ID, report.Results[0].Then.FirstID)
		}
		after, err := base.Search(t.Context(), knowledge.Query{Text: "Как назначить пенсию военному?"})
		require.NoError(t, err)
		require.Len(t, after, len(before), "nothing was published")
		for i := range after { // sums in the index may differ by a rounding
			require.Equal(t, before[i].VersionID, after[i].VersionID)
			require.InDelta(t, before[i].Probability, after[i].Probability, 1e-6)
		}

		draft, err := base.DraftRecord(t.Context(), knowledge.NewDraft{Actor: "acc_1", RecordID: "r1"})
		require.NoError(t, err)
		content := draft.Content()
		content.Phrasings = []string{"Как получить инвалидность ребёнку, мой номер"}
		draft, err = base.SaveDraft(t.Context(), knowledge.DraftContent{Actor: "acc_1", VersionID: draft.ID, Revision: draft.Revision, Content: content})
		require.NoError(t, err)
		run.VersionID = draft.ID
		report, err := s.RunBench(t.Context(), run)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2, 1, 0}, []int{report.RightNow, report.RightThen, report.Mended, report.Broken}, "%+v", report)
		_, err = s.RunBench(t.Context(), improve.BenchRun{VersionID: after[0].VersionID})
		require.Equal(t, fail.Conflict, fail.CodeOf(err), "published already")
		report, err = s.RunBench(t.Context(), improve.BenchRun{})
		require.NoError(t, err)
		require.Equal(t, []int{3, 3, 2, 2}, []int{report.Total, report.Run, report.RightNow, report.RightThen})
		require.Len(t, report.Results, 1, "the one that is wrong")

		page, err := s.Cases(t.Context(), improve.CaseQuery{First: 2})
		require.NoError(t, err)
		require.Equal(t, []int{2, 3}, []int{len(page.Cases), page.Total})
		page, err = s.Cases(t.Context(), improve.CaseQuery{First: 2, After: page.Next})
		require.NoError(t, err)
		require.Len(t, page.Cases, 1)
		gone, err := s.RemoveCase(t.Context(), page.Cases[0].ID)
		require.NoError(t, err)
		require.Equal(t, page.Cases[0], gone)
		_, err = s.Case(t.Context(), gone.ID)
		require.Equal(t, fail.NotFound, fail.CodeOf(err))
	})
}

func TestCasesOfPhrasingsAndUntoldRecords(t *testing.T) {
	t.Parallel()
	bothForms(t, func(t *testing.T, s improve.Service, base knowledge.Service) {
		filled(t, base)
		made, err := s.CasesFromPhrasings(t.Context(), improve.PhrasingCases{Agency: "PFR", Most: 10, Actor: "acc_1"})
		require.NoError(t, err)
		require.Zero(t, made, "no phrasings")
		future := time.Now().Add(time.Hour)
		page, err := s.Untold(t.Context(), improve.UntoldQuery{Told: []string{"r2"}, PublishedBefore: future})
		require.NoError(t, err)
		require.Equal(t, 1, page.Total)
		require.Equal(t, "r1", page.Records[0].RecordID)
		page, err = s.Untold(t.Context(), improve.UntoldQuery{PublishedBefore: future, Bounded: true, Within: []improve.Segment{{Agency: "MSE"}}})
		require.NoError(t, err)
		require.Equal(t, 1, page.Total)
		require.Equal(t, "r2", page.Records[0].RecordID)
		page, err = s.Untold(t.Context(), improve.UntoldQuery{PublishedBefore: time.Now().Add(-time.Hour)})
		require.NoError(t, err)
		require.Zero(t, page.Total, "not there for long enough")
	})
}
