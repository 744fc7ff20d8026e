package assistant

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/interaction/dialogue"
	"ekc/knowledge"
)

// shelf is a base that knows what it finds for each text, and beside it by the region that is asked for.
type shelf struct {
	base
	by     map[string][]knowledge.Hit
	region map[string][]knowledge.Hit
}

func (s *shelf) Search(_ context.Context, q knowledge.Query) ([]knowledge.Hit, error) {
	s.asked = append(s.asked, q.Text)
	if q.AllRegions {
		return s.region["*"], s.err
	}
	if hits, ok := s.region[q.Region]; ok && q.Region != "" {
		return hits, s.err
	}
	return s.by[q.Text], s.err
}

func yanaOver(b knowledge.Service) *Service {
	s := New(Options{Base: b, Thresholds: knowledge.Thresholds{AnswerAt: .9, ClarifyAt: .5}})
	s.regions = func(context.Context) ([]place, error) {
		return []place{{"16", "Республика Татарстан"}, {"50", "Московская область"}, {"77", "Москва"}}, nil
	}
	return s
}

func about(id, question, answer string, probability float64) knowledge.Hit {
	h := hit(id, probability)
	h.Question, h.Answer = question, answer
	return h
}

func TestFeelingsAndOwnCases(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		reason         string
		line, priority int
	}{
		"Не хочу больше жить":               {ReasonDistress, 1, priorityDistress},
		"вы издеваетесь? тупой бот":         {ReasonAnger, 1, priorityAnger},
		"Почему мне не пришла пенсия?":      {ReasonPersonal, 2, 0},
		"оператор, дайте живого":            {ReasonAskedForPerson, 1, 0},
		"что положено за третьего ребёнка?": {ReasonNotFound, 1, 0},
	} {
		r := yanaOver(&shelf{}).think(context.Background(), ask(text, dialogue.State{}))
		require.Equal(t, want.reason, r.Reason, text)
		require.Equal(t, dialogue.HandOver{Line: want.line, Priority: want.priority}, *r.HandOver, text)
		require.NotEmpty(t, r.Trace.Kind)
	}
}

func TestLossIsAnsweredWithCare(t *testing.T) {
	t.Parallel()
	text := "Умер муж, какие выплаты положены?"
	b := &shelf{by: map[string][]knowledge.Hit{text: {hit("a", .95)}}}
	r := yanaOver(b).think(context.Background(), ask(text, dialogue.State{}))
	require.Equal(t, "ANSWER", r.Decision)
	require.Equal(t, textLoss, r.Utterances[0].Text)
	require.Equal(t, "Ответ a", r.Utterances[1].Text)
}

func TestFollowUp(t *testing.T) {
	t.Parallel()
	told := dialogue.State{Answered: 1, LastRecord: "old", LastRecordQuestion: "Как оформить справку об инвалидности?"}
	ask1 := "а сколько она стоит?"
	carriedText := "справку об инвалидности " + ask1
	for _, text := range carried(told, ask1) {
		if text != told.LastRecordQuestion+"\n"+ask1 {
			carriedText = text
		}
	}
	old := about("old", told.LastRecordQuestion, "Через бюро.", .97)
	price := about("price", "Сколько стоит справка об инвалидности?", "Она бесплатна.", .95)
	b := &shelf{by: map[string][]knowledge.Hit{ask1: {about("bread", "Сколько стоит хлеб?", "Десять.", .3)}, carriedText: {old, price}}}
	r := yanaOver(b).think(context.Background(), ask(ask1, told))
	require.Equal(t, ReasonFollowUp, r.Reason)
	require.Equal(t, "price", r.RecordID)
	require.Equal(t, "price", r.State.LastRecord)
	require.True(t, r.Trace.Searches[1].Used || r.Trace.Searches[2].Used)

	// What the record does not explain is not answered with: it says nothing of a second child.
	second := "а если ребёнок второй?"
	b = &shelf{by: map[string][]knowledge.Hit{}}
	for _, text := range carried(told, second) {
		b.by[text] = []knowledge.Hit{price}
	}
	r = yanaOver(b).think(context.Background(), ask(second, told))
	require.Equal(t, ReasonUnsure, r.Reason)

	// The bare question stands when it finds more, and a whole question is not completed.
	b = &shelf{by: map[string][]knowledge.Hit{ask1: {hit("own", .99)}}}
	require.Equal(t, "own", yanaOver(b).think(context.Background(), ask(ask1, told)).RecordID)
	require.Empty(t, carried(told, "Какие льготы есть у многодетных семей в Москве?"))
}

func TestCategoryIsAskedOnceAndRemembered(t *testing.T) {
	t.Parallel()
	text := "Кому положена доплата?"
	b := &shelf{by: map[string][]knowledge.Hit{text: {
		about("p", "Какая доплата положена пенсионерам?", "Одна.", .4), about("i", "Какая доплата положена инвалидам?", "Другая.", .35),
	}}}
	yana := yanaOver(b)
	asked := yana.think(context.Background(), ask(text, dialogue.State{}))
	require.Equal(t, ReasonCategory, asked.Reason)
	require.Len(t, asked.Utterances[0].Choices, 3)
	for _, said := range []string{"Человек с инвалидностью", "2", "я инвалид второй группы"} {
		answer := ask(said, asked.State)
		answer.choices = asked.Utterances[0].Choices
		r := yana.think(context.Background(), answer)
		require.Equal(t, "i", r.RecordID, said)
		require.Equal(t, "ANSWER", r.Decision, said)
	}
	again := yana.think(context.Background(), ask(text, dialogue.State{Category: "disabled", CategoryAsked: true}))
	require.Equal(t, "i", again.RecordID, "she does not ask what she knows")
}

func TestRegionIsAskedWhereItMatters(t *testing.T) {
	t.Parallel()
	text := "Какие выплаты при рождении?"
	local := hit("local", .95)
	local.Region = "16"
	federal := hit("federal", .93)
	b := &shelf{by: map[string][]knowledge.Hit{text: {federal}}, region: map[string][]knowledge.Hit{"*": {local, federal}, "16": {local}}}
	yana := yanaOver(b)
	asked := yana.think(context.Background(), ask(text, dialogue.State{}))
	require.Equal(t, ReasonRegion, asked.Reason)
	for said, want := range map[string]string{
		"1": "local", "живу в Татарстане": "local", textOtherRegion: "federal", "Москва": "federal",
	} {
		answer := ask(said, asked.State)
		answer.choices = asked.Utterances[0].Choices
		r := yana.think(context.Background(), answer)
		require.Equal(t, want, r.RecordID, said)
	}
	known := ask(text, dialogue.State{})
	known.region = "16"
	require.Equal(t, "local", yana.think(context.Background(), known).RecordID)
}

func TestRegionNames(t *testing.T) {
	t.Parallel()
	all, err := yanaOver(&shelf{}).regions(context.Background())
	require.NoError(t, err)
	for said, want := range map[string]string{"из Татарстана": "16", "в Московской области": "50", "в Москве": "77", "не скажу": ""} {
		p, _ := named(all, said)
		require.Equal(t, want, p.code, said)
	}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	text := "Как получить пенсию?"
	b := &shelf{by: map[string][]knowledge.Hit{text: {hit("a", .95)}}}
	yana := yanaOver(b)
	r := yana.think(context.Background(), ask(text, dialogue.State{}))
	then := &ent.AssistantTurn{
		Decision: assistantturn.Decision(r.Decision), Reason: r.Reason, RecordID: r.RecordID, RecordVersionID: r.VersionID,
		Candidates: r.Considered, Trace: r.Trace,
	}
	require.Empty(t, yana.again(context.Background(), then).Differences)

	changed := hit("a", .95)
	changed.VersionID, changed.Version = "a-v2", 2
	b.by[text] = []knowledge.Hit{changed}
	require.Equal(t, []string{"version", "candidates"}, yana.again(context.Background(), then).Differences)

	b.by[text] = nil
	require.Equal(t, []string{"decision", "reason", "record", "version", "candidates"}, yana.again(context.Background(), then).Differences)
}
