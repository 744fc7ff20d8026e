package test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// version is a version of a record as its editors hold it.
type version struct {
	ID, RecordID, Status string
	Revision             int
}

const versionFields = "recordVersion { id recordId status revision }"

// creates begins a record of PFR with Yana's leave to answer; variantOf and region may be empty.
func (c *client) creates(question, answer, variantOf, region string) version {
	c.t.Helper()
	input := map[string]any{"agencyId": c.agency("PFR"), "content": map[string]any{"question": question, "answer": answer, "intent": true}}
	if variantOf != "" {
		input["variantOfId"], input["regionId"] = variantOf, c.region(region)
	}
	made := mutate[struct {
		Record     *struct{ OpenVersion version }
		UserErrors []userError
	}](c, "recordCreate", "RecordCreateInput", "record { openVersion { id recordId status revision } }", input)
	require.Empty(c.t, made.UserErrors)
	return made.Record.OpenVersion
}

// moves takes a version one step on.
func (c *client) moves(mutation, inputType string, v version) version {
	c.t.Helper()
	moved := mutate[struct {
		RecordVersion *version
		UserErrors    []userError
	}](c, mutation, inputType, versionFields, v.read())
	require.Empty(c.t, moved.UserErrors, mutation)
	return *moved.RecordVersion
}

// read names the version as it was read.
func (v version) read() map[string]any {
	return map[string]any{"versionId": v.ID, "revision": v.Revision}
}

func (c *client) agency(code string) string {
	c.t.Helper()
	all := ask[struct {
		Agencies struct {
			Edges []struct{ Node struct{ ID, Code string } }
		}
	}](c, "{ agencies { edges { node { id code } } } }", nil)
	for _, e := range all.Agencies.Edges {
		if e.Node.Code == code {
			return e.Node.ID
		}
	}
	require.Fail(c.t, "no agency "+code)
	return ""
}

func (c *client) region(code string) string {
	c.t.Helper()
	all := ask[struct {
		Regions struct {
			Edges []struct{ Node struct{ ID, Code string } }
		}
	}](c, "{ regions { edges { node { id code } } } }", nil)
	for _, e := range all.Regions.Edges {
		if e.Node.Code == code {
			return e.Node.ID
		}
	}
	require.Fail(c.t, "no region "+code)
	return ""
}

// finds reports whether the version is what a search finds first, for a region or anywhere.
func (c *client) finds(text, region, versionID string) bool {
	c.t.Helper()
	input := map[string]any{"text": text, "first": 1}
	if region != "" {
		input["regionId"] = c.region(region)
	}
	found := ask[struct {
		RecordSearch []struct{ Record struct{ VersionID string } }
	}](c, "query($input: RecordSearchInput!) { recordSearch(input: $input) { record { versionId } } }", map[string]any{"input": input})
	return len(found.RecordSearch) > 0 && found.RecordSearch[0].Record.VersionID == versionID
}

// told is what Yana answers to a citizen of a region.
func (n *node) told(region, question string) said {
	n.t.Helper()
	return n.nobody().starts(map[string]any{"regionCode": region, "text": question}).hears("ANSWER", 0)
}

const (
	rampQuestion = "Как получить возмещение за установку пандуса у загородного дома?"
	rampFederal  = "Подайте заявление в отделение фонда."
	rampRegional = "Подайте заявление в министерство республики."
)

// A record on its way from the first draft to the citizen, on two nodes: nobody reviews their own draft or overwrites another's words
// unseen, and what is published is told on every node, in its region alone.
func TestARecordsWayToTheCitizen(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	nodes := []*node{s.start(t), s.start(t)}
	author, reviewer := nodes[0].as("content.manager"), nodes[1].as("es.admin")

	v := author.creates(rampQuestion, rampFederal, "", "")
	v = author.moves("recordSubmit", "RecordMoveInput", v)
	author.refuses("FORBIDDEN", "recordPublish", "RecordPublishInput", v.read())
	federal := publish(t, nodes, reviewer, v, "")
	for _, n := range nodes {
		answer := n.told("77", rampQuestion)
		require.Equal(t, rampFederal, answer.Text)
		require.Equal(t, federal.RecordID, answer.Citations[0].RecordID)
	}

	v = author.creates(rampQuestion, rampRegional, federal.RecordID, "16")
	regional := publish(t, nodes, reviewer, author.moves("recordSubmit", "RecordMoveInput", v), "16")
	for _, n := range nodes {
		require.Equal(t, regional.RecordID, n.told("16", rampQuestion).Citations[0].RecordID)
		require.Equal(t, federal.RecordID, n.told("77", rampQuestion).Citations[0].RecordID, "the variant holds in its region alone")
	}
	requireNobodyOverwritten(t, author, reviewer, federal.RecordID)
	requireImported(t, s, nodes)
}

// publish has the reviewer publish a version, and both nodes find it; it logs how long that took.
func publish(t *testing.T, nodes []*node, reviewer *client, v version, region string) version {
	t.Helper()
	readers := []*client{nodes[0].as("operator1"), nodes[1].as("operator1")}
	v = reviewer.moves("recordPublish", "RecordPublishInput", v)
	published := time.Now()
	require.Equal(t, "PUBLISHED", v.Status)
	for i, c := range readers {
		soon(t, "the record is found on every node", func() bool { return c.finds(rampQuestion, region, v.ID) })
		t.Logf("found on node %d within %v of the publication", i+1, time.Since(published).Round(time.Millisecond))
	}
	return v
}

func requireNobodyOverwritten(t *testing.T, author, other *client, recordID string) {
	t.Helper()
	draft := mutate[struct{ RecordVersion version }](author, "recordDraft", "RecordDraftInput", versionFields, map[string]any{"recordId": recordID}).RecordVersion
	edit := func(c *client, answer string) (version, []userError) {
		input := draft.read()
		input["content"] = map[string]any{"question": rampQuestion, "answer": answer, "intent": true}
		edited := mutate[struct {
			RecordVersion *version
			UserErrors    []userError
		}](c, "recordEdit", "RecordEditInput", versionFields, input)
		if edited.RecordVersion == nil {
			return version{}, edited.UserErrors
		}
		return *edited.RecordVersion, edited.UserErrors
	}
	edited, failed := edit(author, "Подайте заявление в отделение фонда или на портале.")
	require.Empty(t, failed)
	_, failed = edit(other, "Чужие слова.")
	require.Len(t, failed, 1)
	require.Equal(t, "CONFLICT", failed[0].Code)
	require.Contains(t, failed[0].Message, "revision 2", "the newer one is named")
	history := ask[struct {
		Record struct {
			History struct {
				Edges []struct {
					Node struct {
						Action      string
						Differences []struct{ Field, Before, After string }
					}
				}
			}
		}
	}](other, "query($i: ID!) { record(id: $i) { history(first: 1) { edges { node { action differences { field before after } } } } } }",
		map[string]any{"i": recordID}).Record.History.Edges[0].Node
	require.Equal(t, "edited", history.Action)
	i := slices.IndexFunc(history.Differences, func(d struct{ Field, Before, After string }) bool { return d.Field == "answer" })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, rampFederal, history.Differences[i].Before)
	require.Equal(t, "Подайте заявление в отделение фонда или на портале.", history.Differences[i].After)
	author.moves("recordDiscard", "RecordMoveInput", edited)
}

// requireImported imports a workbook with two bad rows and a record that no longer holds.
func requireImported(t *testing.T, s store, nodes []*node) {
	t.Helper()
	const held, expired = "Куда сдать найденный проездной билет инвалида?", "Какую доплату давали за работу на дирижабле?"
	path := filepath.Join(t.TempDir(), "records.xlsx")
	book := excelize.NewFile()
	for i, row := range [][]any{
		{"id", "question", "answer", "validTo", "intent"},
		{"held", held, "В ближайшее отделение.", "", true},
		{"bad-1", "Вопрос без ответа?", "", "", true},
		{"old", expired, "Пятьсот рублей.", "2020-12-31", true},
		{"bad-2", "Когда?", "Никогда.", "вчера", true},
	} {
		require.NoError(t, book.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row))
	}
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, book.Write(file))
	require.NoError(t, file.Close())
	said, status := s.run(t, "", "knowledge", "import", path)
	require.Equal(t, 3, status, said)
	for _, words := range []string{"3", "answer", "5", "validTo"} {
		require.Contains(t, said, words, "every bad row is named")
	}
	for _, n := range nodes {
		reader := n.as("operator1")
		soon(t, "the imported record is found", func() bool {
			found := ask[struct {
				RecordSearch []struct{ Record struct{ ID string } }
			}](reader, `query($t: String!) { recordSearch(input: {text: $t, first: 50}) { record { id } } }`, map[string]any{"t": held + " " + expired})
			ids := make([]string, len(found.RecordSearch))
			for i, hit := range found.RecordSearch {
				ids[i] = hit.Record.ID
			}
			require.NotContains(t, ids, "old", "it no longer holds")
			return slices.Contains(ids, "held")
		})
		for _, m := range n.nobody().starts(map[string]any{"regionCode": "77", "text": expired}).replies() {
			require.NotContains(t, m.Text, "Пятьсот рублей")
		}
	}
}

// replies waits until Yana has said something, and returns the dialogue.
func (c *citizen) replies() []said {
	c.t.Helper()
	var all []said
	soon(c.t, "Yana replies", func() bool {
		all = c.dialogue(c.id)
		return slices.ContainsFunc(all, func(m said) bool { return m.Author != "CITIZEN" })
	})
	return all
}
