package quality

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/answerreview"
	"ekc/ent/assistantturn"
	"ekc/internal/fail"
	"ekc/knowledge/improve"
	"ekc/knowledge/personal"
)

// maxNote is how long the note of a judgement may be, in characters.
const maxNote = 2000

// Review is an answer of a sample as its judge sees it.
type Review struct {
	*ent.AnswerReview
	// Question is the citizen's, with personal data masked; Answer what they were told.
	Question, Answer, RecordID, VersionID string
	AskedAt                               time.Time
}

// Reviews lists the answers of a sample in the order drawn, after a position, at most first; pending: only those that nobody has judged.
// For who may judge.
func (s *Service) Reviews(ctx context.Context, sampleID string, pending bool, after, first int) (found []Review, total int, err error) {
	if err := access.Check(ctx, access.ReviewAnswers, access.Anywhere); err != nil {
		return nil, 0, err
	}
	sample, err := s.Sample(ctx, sampleID)
	if err != nil {
		return nil, 0, err
	}
	if err := access.Check(ctx, access.ReviewAnswers, viewer.Scope{AgencyID: sample.AgencyID, RegionID: sample.RegionID}); err != nil {
		return nil, 0, err
	}
	system := viewer.AsSystem(ctx)
	q := s.o.Client.AnswerReview.Query().Where(answerreview.SampleID(sampleID))
	if pending {
		q.Where(answerreview.VerdictIsNil())
	}
	if total, err = q.Clone().Count(system); err != nil {
		return nil, 0, fmt.Errorf("count sample: %w", err)
	}
	rows, err := q.Where(answerreview.PositionGT(after)).Order(ent.Asc(answerreview.FieldPosition)).Limit(first).All(system)
	if err != nil {
		return nil, 0, fmt.Errorf("read sample: %w", err)
	}
	found, err = s.shown(system, rows)
	return found, total, err
}

// shown reads what was asked and told in the turns of reviews.
func (s *Service) shown(system context.Context, rows []*ent.AnswerReview) ([]Review, error) {
	turnIDs := make([]string, len(rows))
	for i, r := range rows {
		turnIDs[i] = r.TurnID
	}
	turns, err := s.o.Client.AssistantTurn.Query().Where(assistantturn.IDIn(turnIDs...)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read turns: %w", err)
	}
	said, err := s.messages(system, turns)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*ent.AssistantTurn, len(turns))
	for _, t := range turns {
		byID[t.ID] = t
	}
	all := make([]Review, len(rows))
	for i, r := range rows {
		all[i] = Review{AnswerReview: r}
		t := byID[r.TurnID]
		if t == nil { // a dialogue that was erased
			continue
		}
		all[i].RecordID, all[i].VersionID, all[i].AskedAt = t.RecordID, t.RecordVersionID, t.CreatedAt
		if m := said[t.QuestionID]; m != nil {
			all[i].Question = personal.Mask(m.Text)
		}
		if m := said[t.ReplyID]; m != nil {
			all[i].Answer = m.Text
		}
	}
	return all, nil
}

// Judgement is a verdict on an answer.
type Judgement struct {
	ReviewID string
	Verdict  answerreview.Verdict
	// Note says what is wrong; needed unless it is right.
	Note string
}

// Judge keeps the viewer's verdict on an answer; the last one counts. Nobody judges what they have written: FORBIDDEN. What is wrong
// becomes a question to be answered better, and a word on the version.
func (s *Service) Judge(ctx context.Context, j Judgement) (Review, error) {
	if err := access.Check(ctx, access.ReviewAnswers, access.Anywhere); err != nil {
		return Review{}, err
	}
	j.Note = strings.TrimSpace(j.Note)
	switch {
	case answerreview.VerdictValidator(j.Verdict) != nil:
		return Review{}, fail.Field("verdict", fail.Invalid, "is not a verdict")
	case !utf8.ValidString(j.Note) || strings.ContainsRune(j.Note, 0) || utf8.RuneCountInString(j.Note) > maxNote:
		return Review{}, fail.Field("note", fail.Invalid, "is not text of at most %d characters", maxNote)
	case j.Note == "" && j.Verdict != answerreview.VerdictRight:
		return Review{}, fail.Field("note", fail.Invalid, "is needed: say what is not right")
	}
	r, t, err := s.review(ctx, j.ReviewID)
	if err != nil {
		return Review{}, err
	}
	if t.RecordVersionID != "" {
		v, err := s.o.Records.RecordVersion(ctx, t.RecordVersionID)
		if err != nil && fail.CodeOf(err) != fail.NotFound {
			return Review{}, err
		}
		if slices.Contains(v.Authors, viewer.From(ctx).AccountID) {
			return Review{}, fail.New(fail.Forbidden, "nobody judges what they have written")
		}
	}
	// First the base, where all of this may be said twice: what fails can be tried again.
	if err := s.tell(ctx, t, j); err != nil {
		return Review{}, err
	}
	err = s.o.Store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
		r, err = tx.AnswerReview.UpdateOne(r).SetVerdict(j.Verdict).SetNote(j.Note).SetAccountID(viewer.From(ctx).AccountID).
			SetJudgedAt(s.now()).Save(viewer.AsSystem(ctx))
		if err != nil {
			return err
		}
		return access.Audit(ctx, tx, "answer.judged", r.ID, map[string]string{"verdict": string(j.Verdict)})
	})
	if err != nil {
		return Review{}, err
	}
	all, err := s.shown(viewer.AsSystem(ctx), []*ent.AnswerReview{r.Unwrap()})
	if err != nil {
		return Review{}, err
	}
	return all[0], nil
}

// review reads a review of a sample that the viewer may judge, with its turn.
func (s *Service) review(ctx context.Context, id string) (*ent.AnswerReview, *ent.AssistantTurn, error) {
	hidden := fail.Field("reviewId", fail.NotFound, "no such answer in a sample")
	system := viewer.AsSystem(ctx)
	r, err := s.o.Client.AnswerReview.Query().Where(answerreview.ID(id)).WithSample().Only(system)
	if ent.IsNotFound(err) {
		return nil, nil, hidden
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read review: %w", err)
	}
	scope := viewer.Scope{AgencyID: r.Edges.Sample.AgencyID, RegionID: r.Edges.Sample.RegionID}
	if access.Check(ctx, access.ReviewAnswers, scope) != nil {
		return nil, nil, hidden
	}
	t, err := s.o.Client.AssistantTurn.Query().Where(assistantturn.ID(r.TurnID)).
		WithInteraction(func(q *ent.InteractionQuery) { q.WithAgency().WithRegion().WithCitizen() }).Only(system)
	if ent.IsNotFound(err) {
		return nil, nil, hidden
	}
	return r, t, err
}

// tell lets the base know of a verdict: a word on the version, and for a wrong answer the question.
func (s *Service) tell(ctx context.Context, t *ent.AssistantTurn, j Judgement) error {
	verdicts := map[answerreview.Verdict]improve.Verdict{answerreview.VerdictRight: improve.Useful, answerreview.VerdictWrong: improve.Wrong}
	if verdict, ok := verdicts[j.Verdict]; ok && t.RecordVersionID != "" {
		_, err := s.o.Base.NoteFeedback(ctx, []improve.Word{{
			VersionID: t.RecordVersionID, Author: viewer.From(ctx).AccountID, Answer: t.ID, Verdict: verdict, Comment: j.Note, GivenAt: s.now(),
		}})
		if err != nil {
			return err
		}
	}
	if j.Verdict != answerreview.VerdictWrong {
		return nil
	}
	turns := []*ent.AssistantTurn{t}
	system := viewer.AsSystem(ctx)
	said, err := s.messages(system, turns)
	if err != nil {
		return err
	}
	asked := said[t.QuestionID]
	if asked == nil || strings.TrimSpace(asked.Text) == "" {
		return nil
	}
	persons, err := s.persons(system, turns)
	if err != nil {
		return err
	}
	_, err = s.o.Base.NoteQuestions(ctx, []improve.Question{s.question(t, asked.Text, persons[t.Edges.Interaction.CitizenID], true)})
	return err
}
