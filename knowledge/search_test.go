package knowledge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/knowledge"
)

// small is a base of our own sentences, in the shape of an agency's.
var small = []string{
	`{"id":"pension","question":"Как оформить страховую пенсию по старости?","answer":"Подайте заявление в клиентскую службу Социального фонда или на портале госуслуг. Решение принимают за десять рабочих дней.","topic":"Пенсии","phrasings":["куда обращаться за пенсией","какие бумаги нужны для пенсии по возрасту","хочу выйти на пенсию, что делать"],"agency":"PFR","intent":true}`,
	`{"id":"sick","question":"Сколько дней оплачивают больничный лист?","answer":"Первые три дня платит работодатель, остальные дни — Социальный фонд.","topic":"Больничные","phrasings":["кто платит за больничный","оплата листка нетрудоспособности"],"agency":"FSS","intent":true}`,
	`{"id":"capital","question":"На что можно потратить материнский капитал?","answer":"На жильё, образование детей, накопительную пенсию матери и товары для детей-инвалидов.","topic":"Материнский капитал","phrasings":["куда вложить маткапитал","можно ли купить квартиру на материнский капитал"],"agency":"PFR","intent":true}`,
	`{"id":"leave","question":"Какой длины ежегодный отпуск?","answer":"Основной оплачиваемый отпуск длится двадцать восемь календарных дней.","topic":"Отпуск","phrasings":["сколько дней отпуска положено в год"],"agency":"ROSTRUD","intent":true}`,
	`{"id":"dismissal","question":"Могут ли уволить во время болезни?","answer":"По инициативе работодателя уволить работника во время болезни нельзя.","topic":"Увольнение","phrasings":["законно ли увольнение на больничном"],"agency":"ROSTRUD","intent":true}`,
	`{"id":"disability","question":"Как пройти медико-социальную экспертизу?","answer":"Получите направление у врача поликлиники, бюро назначит день.","topic":"Инвалидность","phrasings":["как получить группу инвалидности"],"agency":"MSE","intent":true}`,
	`{"id":"birth","question":"Какое пособие платят при рождении ребёнка?","answer":"Одному из родителей один раз выплачивают единовременное пособие.","topic":"Пособия","phrasings":["выплата за рождение ребенка","единовременное пособие на малыша"],"agency":"FSS","intent":true}`,
	`{"id":"my-case","question":"Когда придёт моя пенсия?","answer":"Сведения о вашей выплате сообщит специалист второй линии.","topic":"Пенсии","phrasings":["где моя пенсия за этот месяц"],"agency":"PFR","intent":false,"personal":true}`,
}

func TestSearchFindsWhatIsMeant(t *testing.T) {
	t.Parallel()
	b := baseOf(t, small...)
	for _, c := range []struct{ name, query, want string }{
		{"morphology", "оформлением страховых пенсий", "pension"},
		{"upper case", "КАК ОФОРМИТЬ ПЕНСИЮ", "pension"},
		{"yo for ye", "пособие при рождёнии ребёнка", "birth"},
		{"ye for yo", "пособие на рождение ребенка", "birth"},
		{"yo of two characters", "рождение ребе\u0308нка пособие", "birth"},
		{"swapped letters", "бльоничный лист оплата", "sick"},
		{"missing letter", "матернский капитал на что потратить", "capital"},
		{"wrong vowel", "инволидность как получить группу", "disability"},
		{"abbreviation", "как пройти МСЭ", "disability"},
		{"word in one", "маткапитал куда потратить", "capital"},
		{"synonym", "выплаты за малыша", "birth"},
		{"other part of speech", "увольнение во время больничного", "dismissal"},
		{"phrasing", "какие бумаги нужны для пенсии по возрасту", "pension"},
		{"from the answer", "двадцать восемь календарных дней", "leave"},
	} {
		hits := search(t, b, knowledge.Query{Text: c.query})
		require.NotEmpty(t, hits, c.name)
		require.Equal(t, c.want, hits[0].RecordID, "%s: %v", c.name, idsOf(hits))
	}
}

func TestHitCitesVersionAndPassage(t *testing.T) {
	t.Parallel()
	b := baseOf(t, append(small, `{"id":"cited","question":"Кто ведёт электронную трудовую книжку?","answer":"Общие слова. Электронную книжку ведёт работодатель. Ещё слова.","topic":"Труд","short":"Ведёт работодатель.","legalBasis":[{"act":"Трудовой кодекс","article":"ст. 66.1"}],"validFrom":"2020-01-01"}`)...)
	h := search(t, b, knowledge.Query{Text: "электронная трудовая книжка"})[0]
	require.Equal(t, "cited", h.RecordID)
	require.Equal(t, 1, h.Version)
	require.Equal(t, "Электронную книжку ведёт работодатель.", h.Snippet)
	require.Equal(t, "Ведёт работодатель.", h.Short)
	require.Equal(t, []knowledge.LegalBasis{{Act: "Трудовой кодекс", Article: "ст. 66.1"}}, h.LegalBasis)
	require.Equal(t, knowledge.Date("2020-01-01"), h.ValidFrom)
	v, err := b.RecordVersion(t.Context(), h.VersionID)
	require.NoError(t, err)
	require.Equal(t, h.Answer, v.Answer)
	p := search(t, b, knowledge.Query{Text: "куда обращаться за пенсией?"})[0]
	require.Equal(t, "куда обращаться за пенсией", p.MatchedPhrasing)
}

func TestSearchFilters(t *testing.T) {
	t.Parallel()
	b := baseOf(
		t,
		`{"id":"all","question":"Как записаться на приём?","answer":"По телефону."}`,
		`{"id":"pfr","question":"Как записаться на приём в фонд?","answer":"На сайте.","agency":"PFR"}`,
		`{"id":"oszn","question":"Как записаться на приём в соцзащиту?","answer":"Лично.","agency":"OSZN"}`,
		`{"id":"msk","question":"Как записаться на приём в Москве?","answer":"На портале города.","region":"77","intent":true}`,
		`{"id":"old","question":"Как записаться на приём раньше?","answer":"Никак.","validTo":"2024-12-31"}`,
		`{"id":"new","question":"Как записаться на приём потом?","answer":"Иначе.","validFrom":"2027-01-01"}`)
	ask := func(q knowledge.Query) []string {
		q.Text = "как записаться на приём"
		return idsOf(search(t, b, q))
	}
	require.ElementsMatch(t, []string{"all", "pfr", "oszn"}, ask(knowledge.Query{}), "region unknown: federal records in force")
	require.ElementsMatch(t, []string{"all", "pfr"}, ask(knowledge.Query{Agency: "PFR"}), "records for all agencies stay")
	require.ElementsMatch(t, []string{"all", "pfr", "oszn", "msk"}, ask(knowledge.Query{Region: "77"}), "federal records stay")
	require.ElementsMatch(t, []string{"all", "pfr", "oszn"}, ask(knowledge.Query{Region: "16"}))
	require.ElementsMatch(t, []string{"all", "pfr", "oszn", "msk"}, ask(knowledge.Query{AllRegions: true}))
	require.Equal(t, []string{"msk"}, ask(knowledge.Query{Region: "77", IntentsOnly: true}))
	on := func(day string) []string {
		d, err := time.Parse(time.DateOnly, day)
		require.NoError(t, err)
		return ask(knowledge.Query{On: d})
	}
	require.Contains(t, on("2024-12-31"), "old", "the last day is in force")
	require.NotContains(t, on("2025-01-01"), "old")
	require.NotContains(t, on("2026-12-31"), "new")
	require.Contains(t, on("2027-01-01"), "new")
	require.Len(t, ask(knowledge.Query{AllRegions: true, Limit: 2}), 2)
}

func TestRegionalVariantOverrides(t *testing.T) {
	t.Parallel()
	b := baseOf(t, append(small,
		`{"id":"ride","question":"Кому положен бесплатный проезд?","answer":"Федеральным льготникам.","topic":"Проезд","phrasings":["льготы на электричку"]}`,
		`{"id":"ride-77","question":"Проезд в Москве","answer":"Всем пенсионерам города.","topic":"Проезд","region":"77","variantOf":"ride"}`)...)
	find := func(region string) []string {
		return idsOf(search(t, b, knowledge.Query{Text: "льготы на электричку", Region: region}))
	}
	require.Equal(t, "ride-77", find("77")[0], "the variant is found by the federal record's wording")
	require.NotContains(t, find("77"), "ride")
	require.Equal(t, "ride", find("16")[0])
	require.NotContains(t, find("16"), "ride-77")
	require.Equal(t, "ride", find("")[0])
	importLines(t, b, `{"id":"ride-77","question":"Проезд в Москве","answer":"Всем пенсионерам города.","topic":"Проезд","region":"77","variantOf":"ride","validTo":"2020-01-01"}`)
	require.Equal(t, "ride", find("77")[0], "an expired variant overrides nothing")
}

func TestARegionalVariantDoesNotCompeteWithWhatItOverrides(t *testing.T) {
	t.Parallel()
	question := "Как получить возмещение за установку пандуса у загородного дома?"
	b := baseOf(t,
		`{"id":"f","question":"`+question+`","answer":"В фонде.","intent":true}`,
		`{"id":"v","question":"`+question+`","answer":"В министерстве.","region":"16","variantOf":"f","intent":true}`,
		`{"id":"o","question":"Как получить возмещение за лекарства?","answer":"В поликлинике.","intent":true}`)
	federal := search(t, b, knowledge.Query{Text: question})
	regional := search(t, b, knowledge.Query{Text: question, Region: "16"})
	require.Equal(t, "f", federal[0].RecordID)
	require.Equal(t, "v", regional[0].RecordID)
	require.InDelta(t, federal[0].Probability, regional[0].Probability, 0.02, "there is one answer to it in either place")
	require.Equal(t, knowledge.Answer, knowledge.Decide(regional, knowledge.DefaultThresholds()).Choice)
}

func TestSearchOfOddTexts(t *testing.T) {
	t.Parallel()
	b := baseOf(t, small...)
	for _, text := range []string{"", "   ", "?!…", "😀😀", "\n\t"} {
		require.Empty(t, search(t, b, knowledge.Query{Text: text}), "%q", text)
	}
	begin := time.Now()
	hits := search(t, b, knowledge.Query{Text: strings.Repeat("как оформить пенсию по старости и прочее ", 50_000)})
	require.Equal(t, "pension", hits[0].RecordID)
	require.Less(t, time.Since(begin), 2*time.Second, "a pasted book must not stop the service")
	search(t, b, knowledge.Query{Text: strings.Repeat("ы", 100_000)})
	search(t, b, knowledge.Query{Text: "'; DROP TABLE records; -- \x00 пенсия"})
	_, err := b.Search(t.Context(), knowledge.Query{Text: "\xff\xfe"})
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
	_, err = b.Search(t.Context(), knowledge.Query{Text: "пенсия", Limit: knowledge.MaxHits + 1})
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
}

func TestSearchOfAnEmptyBase(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	require.Empty(t, search(t, b, knowledge.Query{Text: "пенсия"}))
	require.NoError(t, b.Ready(t.Context()))
}
