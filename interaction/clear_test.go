package interaction_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/auditentry"
	"ekc/ent/message"
	"ekc/interaction"
	"ekc/internal/fail"
	"ekc/internal/seal"
)

func TestIdentifiersAreKeptEncrypted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const said = "мой снилс 123-456-789 64, телефон восемь девятьсот шестнадцать 123 45 67"
	i, _, err := w.Start(t.Context(), interaction.StartInput{Text: said})
	require.NoError(t, err)
	m := w.client.Message.Query().Where(message.InteractionID(i.ID)).Order(ent.Asc(message.FieldSequence)).FirstX(w.system)
	require.Equal(t, "мой снилс [СНИЛС], телефон [телефон]", m.Text)
	require.NotContains(t, string(*m.Clear), "123")
	citizen := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Citizen, InteractionID: i.ID})
	text, err := w.ShownText(citizen, m)
	require.NoError(t, err)
	require.Equal(t, said, text)
	stranger := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Citizen, InteractionID: "int_other"})
	text, err = w.ShownText(stranger, m)
	require.NoError(t, err)
	require.Equal(t, m.Text, text)

	_, operator := w.operator("anna", w.line1)
	inClear, err := w.ClearText(operator, m, access.ForEnquiry)
	require.NoError(t, err)
	require.Nil(t, inClear, "it is not their interaction")
	w.client.Interaction.UpdateOneID(i.ID).SetOperatorID(viewer.From(operator).AccountID).ExecX(w.system)
	_, err = w.ClearText(operator, m, access.Reason{Purpose: "CURIOSITY"})
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
	inClear, err = w.ClearText(operator, m, access.ForEnquiry)
	require.NoError(t, err)
	require.Equal(t, said, *inClear)
	require.Equal(t, 1, w.client.AuditEntry.Query().Where(auditentry.Action("message.read_clear"), auditentry.ObjectID(m.ID)).CountX(w.system))

	// Put into another row, it opens no more.
	_, err = w.client.ExecContext(t.Context(), `UPDATE messages SET id = 'msg_moved' WHERE id = $1`, m.ID)
	require.NoError(t, err)
	_, err = w.ShownText(citizen, w.client.Message.GetX(w.system, "msg_moved"))
	require.Error(t, err)
}

func TestWordsWithoutIdentifiersAreKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, _, err := w.Start(t.Context(), interaction.StartInput{Text: "пенсия 16000 рублей с 01.01.2026"})
	require.NoError(t, err)
	m := w.client.Message.Query().Where(message.InteractionID(i.ID)).FirstX(w.system)
	require.Equal(t, "пенсия 16000 рублей с 01.01.2026", m.Text)
	require.Nil(t, seal.Held(m.Clear))
}
