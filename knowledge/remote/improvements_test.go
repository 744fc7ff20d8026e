package remote_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/internal/pgtest"
	"ekc/knowledge"
	"ekc/knowledge/improve"
	"ekc/knowledge/remote"
	knowledgemigrations "ekc/migrations/knowledge"
)

var asked = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// bothForms runs a test in process and over RPC.
func bothForms(t *testing.T, test func(t *testing.T, s improve.Service, base knowledge.Service)) {
	t.Helper()
	for _, overRPC := range []bool{false, true} {
		t.Run(fmt.Sprintf("rpc=%v", overRPC), func(t *testing.T) {
			t.Parallel()
			url := pgtest.Database(t, "knowledge:"+pgtest.Hash(knowledgemigrations.Files()), knowledgemigrations.ApplyTo)
			base, err := knowledge.Open(t.Context(), knowledge.Options{URL: url, Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, base.Close()) })
			store, err := improve.Open(improve.Options{URL: url, Base: base})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, store.Close()) })
			if !overRPC {
				test(t, store, base)
				return
			}
			mux := http.NewServeMux()
			mux.Handle(remote.NewImprovementHandler(remote.ImprovementOptions{Service: store, Secret: secret, Logger: slog.New(slog.DiscardHandler)}))
			server := httptest.NewUnstartedServer(mux)
			server.Config.Protocols = new(http.Protocols)
			server.Config.Protocols.SetHTTP1(true)
			server.Config.Protocols.SetUnencryptedHTTP2(true)
			server.Start()
			t.Cleanup(server.Close)
			c := remote.NewImprovements(remote.ClientOptions{URL: server.URL, Secret: secret})
			t.Cleanup(func() { require.NoError(t, c.Close()) })
			test(t, c, base)
		})
	}
}

// filled imports two records and returns the ids of their versions.
func filled(t *testing.T, base knowledge.Service) (first, second string) {
	t.Helper()
	_, err := base.Import(t.Context(), strings.NewReader(`{"id":"r1","question":"Как назначить пенсию?","answer":"Подайте заявление.","agency":"PFR"}
{"id":"r2","question":"Как получить инвалидность?","answer":"Обратитесь в поликлинику.","agency":"MSE"}`), knowledge.ImportOptions{Name: "a.jsonl"})
	require.NoError(t, err)
	version := func(id string) string {
		r, err := base.Record(t.Context(), id)
		require.NoError(t, err)
		return r.Version.ID
	}
	return version("r1"), version("r2")
}

func word(version, author, answer string, v improve.Verdict) improve.Word {
	return improve.Word{VersionID: version, Author: author, Answer: answer, Verdict: v, GivenAt: asked}
}

func TestWordsCountOnceForAPersonAndAnAnswer(t *testing.T) {
	t.Parallel()
	bothForms(t, func(t *testing.T, s improve.Service, base knowledge.Service) {
		v1, v2 := filled(t, base)
		words := []improve.Word{
			word(v1, "cit_1", "msg_1", improve.Helpful), word(v1, "cit_1", "msg_1", improve.Unhelpful), // changed their mind
			word(v1, "cit_2", "msg_2", improve.Unhelpful), word(v1, "acc_1", v1, improve.Outdated),
			word(v2, "cit_1", "msg_3", improve.Helpful), word("ver_gone", "cit_1", "msg_4", improve.Helpful),
		}
		words[3].Comment = "Закон изменился, звонил +7 (926) 123-45-67"
		for range 2 { // a repeat changes nothing
			kept, err := s.NoteFeedback(t.Context(), words)
			require.NoError(t, err)
			require.Equal(t, 4, kept)
		}
		tallies, err := s.Tallies(t.Context(), []string{v2, "ver_gone", v1})
		require.NoError(t, err)
		require.Equal(t, 1, tallies[0].Helpful)
		require.Equal(t, improve.Tally{VersionID: "ver_gone"}, tallies[1])
		require.Equal(t, []int{0, 2, 1}, []int{tallies[2].Helpful, tallies[2].Unhelpful, tallies[2].Outdated})
		low, err := s.LowRated(t.Context(), improve.LowRatedQuery{PublishedOnly: true})
		require.NoError(t, err)
		require.Len(t, low, 1)
		require.Equal(t, v1, low[0].VersionID)
		require.InDelta(t, 0.4385, low[0].Badness, 0.001, "Wilson's lower bound of 3 of 3")
		low, err = s.LowRated(t.Context(), improve.LowRatedQuery{Bounded: true, Within: []improve.Segment{{Agency: "MSE"}}})
		require.NoError(t, err)
		require.Empty(t, low, "another agency's record")
		comments, err := s.Comments(t.Context(), v1)
		require.NoError(t, err)
		require.Len(t, comments, 1)
		require.Equal(t, "Закон изменился, звонил [номер]", comments[0].Comment)
		_, err = s.NoteFeedback(t.Context(), []improve.Word{word(v1, "cit_1", "msg_1", "splendid")})
		require.Equal(t, fail.Invalid, fail.CodeOf(err))
	})
}

func question(n int, citizen, agency, text string) improve.Question {
	return improve.Question{
		ID: fmt.Sprintf("trn_%d", n), Text: text, Citizen: citizen, Agency: agency, Cause: improve.Unanswered,
		AskedAt: asked.Add(time.Duration(n) * time.Minute),
	}
}

func TestQuestionsGatherInGaps(t *testing.T) {
	t.Parallel()
	bothForms(t, func(t *testing.T, s improve.Service, base knowledge.Service) {
		questions := []improve.Question{
			question(1, "cit_1", "PFR", "Как получить выплату на погребение?"),
			question(2, "cit_1", "PFR", "как получить выплату на погребение"),
			question(3, "cit_2", "PFR", "Получить выплату на погребение, как? Мой СНИЛС 112-233-445 95"),
			question(4, "cit_3", "MSE", "Где пройти техосмотр автомобиля?"),
			question(5, "cit_3", "MSE", "где пройти техосмотр автомобиля"),
			question(6, "cit_3", "MSE", "Где пройти техосмотр автомобиля"),
		}
		noted, err := s.NoteQuestions(t.Context(), questions[3:])
		require.NoError(t, err)
		require.Equal(t, 3, noted)
		noted, err = s.NoteQuestions(t.Context(), questions)
		require.NoError(t, err)
		require.Equal(t, 3, noted, "those noted before are not noted again")
		gaps, err := s.Gaps(t.Context(), improve.GapQuery{})
		require.NoError(t, err)
		require.Len(t, gaps, 2)
		require.Equal(t, []int{2, 3}, []int{gaps[0].Citizens, gaps[0].Questions}, "ranked by citizens")
		require.Equal(t, []int{1, 3}, []int{gaps[1].Citizens, gaps[1].Questions})
		require.Contains(t, strings.ToLower(gaps[0].Question), "погребение")
		require.NotContains(t, strings.Join(gaps[0].Examples, " "), "112-233", "personal data is masked")
		require.Equal(t, "PFR", gaps[0].Agency)
		gaps, err = s.Gaps(t.Context(), improve.GapQuery{Bounded: true, Within: []improve.Segment{{Agency: "MSE"}}, From: asked})
		require.NoError(t, err)
		require.Len(t, gaps, 1)
		gaps, err = s.Gaps(t.Context(), improve.GapQuery{To: asked})
		require.NoError(t, err)
		require.Empty(t, gaps, "before anybody asked")
	})
}

func TestDialoguesAreForgotten(t *testing.T) {
	t.Parallel()
	bothForms(t, func(t *testing.T, s improve.Service, base knowledge.Service) {
		ctx := t.Context()
		record, _ := filled(t, base)
		_, err := s.NoteFeedback(ctx, []improve.Word{
			word(record, "cit_1", "msg_1", improve.Unhelpful), word(record, "cit_9", "msg_1", improve.Helpful), word(record, "cit_2", "msg_2", improve.Helpful),
		})
		require.NoError(t, err)
		_, err = s.NoteQuestions(ctx, []improve.Question{
			question(1, "cit_1", "PFR", "Как получить выплату на погребение?"),
			question(2, "cit_2", "PFR", "как мне получить выплату на погребение"),
			question(3, "cit_1", "MSE", "Где пройти техосмотр автомобиля?"),
		})
		require.NoError(t, err)
		p, err := s.Propose(ctx, improve.NewProposal{
			Author: "acc_1", InteractionID: "int_1", Question: "Что с погребением?", Answer: "Обратитесь в фонд.", Comment: "Мария очень просила", Agency: "PFR",
		})
		require.NoError(t, err)
		hers := improve.Dialogues{Answers: []string{"msg_1"}, Questions: []string{"trn_1", "trn_3", "trn_4"}, Interactions: []string{"int_1"}}
		kept, err := s.Kept(ctx, hers)
		require.NoError(t, err)
		require.Len(t, kept.Words, 2)
		require.Equal(t, improve.Unhelpful, kept.Words[0].Verdict)
		require.Len(t, kept.Questions, 2)
		require.Equal(t, "Как получить выплату на погребение?", kept.Questions[0].Text)

		first, err := s.Forget(ctx, hers)
		require.NoError(t, err)
		require.Len(t, first.Words, 2)
		require.Equal(t, []string{"trn_1", "trn_3"}, first.Questions)
		require.Equal(t, []string{p.ID}, first.Proposals)
		again, err := s.Forget(ctx, hers)
		require.NoError(t, err)
		require.Equal(t, first, again, "a repeat after a crash names the same")
		kept, err = s.Kept(ctx, hers)
		require.NoError(t, err)
		require.Equal(t, improve.Kept{}, kept)
		tallies, err := s.Tallies(ctx, []string{record})
		require.NoError(t, err)
		require.Equal(t, []int{2, 1}, []int{tallies[0].Helpful, tallies[0].Unhelpful}, "verdicts still count")
		p, err = s.Proposal(ctx, p.ID)
		require.NoError(t, err)
		require.Empty(t, p.Comment)
		require.Equal(t, "Обратитесь в фонд.", p.Answer, "words for the base are nobody's")
		gaps, err := s.Gaps(ctx, improve.GapQuery{})
		require.NoError(t, err)
		require.Len(t, gaps, 1, "a gap without questions is none")
		require.Equal(t, []string{"как мне получить выплату на погребение"}, gaps[0].Examples)
		require.Equal(t, 1, gaps[0].Citizens)

		noted, err := s.NoteQuestions(ctx, []improve.Question{
			question(1, "cit_1", "PFR", "Как получить выплату на погребение?"), // known, and stays forgotten
			question(5, "cit_5", "PFR", "как мне получить выплату на погребение?"),
			question(6, "cit_5", "MSE", "Где пройти техосмотр автомобиля?"),
		})
		require.NoError(t, err)
		require.Equal(t, 2, noted)
		gaps, err = s.Gaps(ctx, improve.GapQuery{})
		require.NoError(t, err)
		require.Len(t, gaps, 2, "what was led anew is joined, what is led by nothing is not")
		require.Equal(t, 2, gaps[0].Citizens)
		_, err = s.Forget(ctx, improve.Dialogues{Answers: make([]string, improve.MaxBatch+1)})
		require.Equal(t, fail.Invalid, fail.CodeOf(err))
	})
}

func TestAGapBecomesOneDraft(t *testing.T) {
	t.Parallel()
	bothForms(t, func(t *testing.T, s improve.Service, base knowledge.Service) {
		_, err := s.NoteQuestions(t.Context(), []improve.Question{question(1, "cit_1", "PFR", "Как получить выплату на погребение?")})
		require.NoError(t, err)
		gaps, err := s.Gaps(t.Context(), improve.GapQuery{State: improve.GapOpen})
		require.NoError(t, err)
		var made, late atomic.Int32
		var editors sync.WaitGroup
		for n := range 4 {
			editors.Go(func() {
				_, err := s.DecideGap(t.Context(), improve.GapDecision{ID: gaps[0].ID, Actor: fmt.Sprintf("acc_%d", n), Agency: "PFR"})
				switch fail.CodeOf(err) {
				case "":
					made.Add(1)
				case fail.Conflict:
					late.Add(1)
				}
			})
		}
		editors.Wait()
		require.Equal(t, []int32{1, 3}, []int32{made.Load(), late.Load()})
		g, err := s.Gap(t.Context(), gaps[0].ID)
		require.NoError(t, err)
		require.Equal(t, improve.GapDrafted, g.State)
		r, err := base.Record(t.Context(), g.RecordID)
		require.NoError(t, err)
		require.Equal(t, knowledge.StatusDraft, r.Version.Status)
		require.Equal(t, "Как получить выплату на погребение?", r.Version.Question)
		_, err = s.Gap(t.Context(), "gap_none")
		require.Equal(t, fail.NotFound, fail.CodeOf(err))
		_, err = s.DecideGap(t.Context(), improve.GapDecision{ID: g.ID, Actor: "acc", Dismiss: true})
		require.Equal(t, fail.Invalid, fail.CodeOf(err), "a dismissal has a reason")
	})
}

func TestAProposalIsDecidedOnce(t *testing.T) {
	t.Parallel()
	bothForms(t, func(t *testing.T, s improve.Service, base knowledge.Service) {
		v1, _ := filled(t, base)
		p, err := s.Propose(t.Context(), improve.NewProposal{Author: "acc_op", VersionID: v1, Question: "Как назначить пенсию?", Answer: "Через портал."})
		require.NoError(t, err)
		require.Equal(t, "PFR", p.Agency, "that of the record")
		move := func(actor string, to improve.ProposalState, reason string) error {
			_, err := s.MoveProposal(t.Context(), improve.ProposalMove{ID: p.ID, Actor: actor, To: to, Reason: reason})
			return err
		}
		require.Equal(t, fail.Forbidden, fail.CodeOf(move("acc_op", improve.Accepted, "")))
		require.Equal(t, fail.Conflict, fail.CodeOf(move("acc_cm", improve.Drafted, "")), "not before a supervisor")
		require.Equal(t, fail.Invalid, fail.CodeOf(move("acc_sv", improve.Refused, " ")), "a refusal has a reason")
		var done atomic.Int32
		var supervisors sync.WaitGroup
		for n := range 4 {
			supervisors.Go(func() {
				if move(fmt.Sprintf("acc_sv%d", n), improve.Accepted, "") == nil {
					done.Add(1)
				}
			})
		}
		supervisors.Wait()
		require.Equal(t, int32(1), done.Load())
		require.NoError(t, move("acc_cm", improve.Drafted, ""))
		got, err := s.Proposal(t.Context(), p.ID)
		require.NoError(t, err)
		require.Equal(t, improve.Drafted, got.State)
		require.Len(t, got.Steps, 2)
		r, err := base.Record(t.Context(), "r1")
		require.NoError(t, err)
		require.NotNil(t, r.Open)
		require.Equal(t, "Через портал.", r.Open.Answer)
		page, err := s.Proposals(t.Context(), improve.ProposalQuery{Bounded: true, OrAuthor: "acc_op", State: improve.Drafted})
		require.NoError(t, err)
		require.Equal(t, 1, page.Total)
		page, err = s.Proposals(t.Context(), improve.ProposalQuery{Bounded: true, OrAuthor: "acc_other"})
		require.NoError(t, err)
		require.Empty(t, page.Proposals)
	})
}
