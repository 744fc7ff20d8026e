package access_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/internal/fail"
)

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"жили-были дед да баба", "  ten chars", strings.Repeat("añ", 3) + "xyzzy", "Tr0ub4dor&3x", "🙂🙃😀😁😂🤣😃😄😅😆",
		strings.Repeat("слово-", 33), "operator-by-the-sea",
	} {
		require.NoError(t, access.CheckPassword("new", "ivanova", good), good)
	}
	for name, bad := range map[string]string{
		"short":                   "девять123",
		"nine after composition":  "и\u0306bcdefghi"[:0] + strings.Repeat("и\u0306", 9),
		"long":                    strings.Repeat("слово-", 34),
		"enormous":                strings.Repeat("a1b2", 1<<20),
		"not UTF-8":               "password\xff\xfe123",
		"control character":       "line one\nline two",
		"the login":               "ivanova.anna",
		"the login in capitals":   "IVANOVA.ANNA",
		"the login with a number": "ivanova.anna2026!",
		"common":                  "qwertyuiop",
		"common in Russian":       "ЙЦУКЕНГШЩЗ",
		"common with a number":    "Password2026!",
		"common with spaces":      "pass word 123",
		"full-width letters":      "ｐａｓｓｗｏｒｄ１２３",
		"one character":           "aaaaaaaaaaaa",
		"a piece repeated":        "абвгабвгабвг",
		"rising":                  "23456789012345",
		"falling":                 "zyxwvutsrqp",
	} {
		err := access.CheckPassword("new", "ivanova.anna", bad)
		failure, ok := fail.As(err)
		require.True(t, ok, name)
		require.Equal(t, fail.Invalid, failure.Code, name)
		require.Equal(t, "new", failure.Field, name)
	}
}

// What one keyboard composes and another does not is the same password.
func TestPasswordIsCompared(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	_, err := c.service.AddAccount(t.Context(), access.NewAccount{Login: "ivanova", DisplayName: "И", Password: "мой чай и ёлка"})
	require.NoError(t, err)
	decomposed := "мои\u0306 чаи\u0306 и е\u0308лка"
	_, _, err = c.service.SignIn(t.Context(), "ivanova", decomposed)
	require.NoError(t, err)
	for _, other := range []string{"мой чай и елка", "Мой чай и ёлка", " мой чай и ёлка", "мой чай и ёлка "} {
		_, _, err = c.service.SignIn(t.Context(), "ivanova", other)
		c.refused(fail.Unauthenticated, err)
	}
}

func TestAddAccountTakesTheConsolesWord(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	_, err := c.service.AddAccount(t.Context(), access.NewAccount{Login: "demo", DisplayName: "D", Password: "demo"})
	require.NoError(t, err)
	_, err = c.service.AddAccount(t.Context(), access.NewAccount{Login: "empty", DisplayName: "D"})
	c.refused(fail.Invalid, err)
}
