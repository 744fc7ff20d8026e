package numbering_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/ivr/numbering"
)

func TestByNumber(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"+7 495 123-45-67": "77", "84991234567": "77", "4961234567": "50", "+78123334455": "78", "78131234567": "47",
		"+73012123456": "03", "+73952123456": "38", "+78182123456": "29", "+78185312345": "83", "+73652123456": "82",
		"+78692123456": "92", "+74932123456": "37", "+78432123456": "16", "+78552123456": "16", "+78792123456": "26",
		// Unknown: mobile, service, Kazakhstan, Baikonur, abroad, nonsense.
		"+79161234567": "", "88006000000": "", "+77272123456": "", "+73362212345": "", "+380441234567": "", "+81234567890": "",
		"112": "", "": "", "anonymous": "", "+7495123456": "", "+749512345678": "",
	} {
		got, ok := numbering.ByNumber(number)
		require.Equal(t, want, got.Code, "%q", number)
		require.Equal(t, want != "", ok, "%q", number)
		require.Equal(t, ok, got.Name != "", "%q", number)
	}
}

// TestEveryRegionHasACode: each of the 85 regions can be told from some fixed line.
func TestEveryRegionHasACode(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for code := range 100000 {
		if region, ok := numbering.ByNumber(fmt.Sprintf("+7%05d12345", code)); ok {
			found[region.Code] = true
		}
	}
	require.Len(t, found, 85)
}

func TestByCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"3": "03", "03": "03", "77": "77", "777": "77", "99": "77", "90": "50", "116": "16", "716": "16", "95": "95", "91": "39", "93": "23", "977": "77",
		"": "", "00": "", "20": "", "100": "", "1000": "", "ab": "",
	} {
		got, ok := numbering.ByCode(code)
		require.Equal(t, want, got.Code, "%q", code)
		require.Equal(t, want != "", ok, "%q", code)
	}
}

func TestByName(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"Москва": "77", "я из Москвы": "77", "московская область": "50", "в Московской области": "50", "Санкт-Петербург": "78",
		"из Питера": "78", "Татарстан": "16", "я живу в Татарстане": "16", "Алтайский край": "22", "республика Алтай": "04",
		"Ленинградская область": "47", "Башкирия": "02", "Северная Осетия": "15", "Ямало-Ненецкий округ": "89",
		"Ненецкий автономный округ": "83", "ханты мансийский": "86", "Орёл Орловская область": "57",
		"область": "", "республика": "", "": "", "Париж": "",
	} {
		got, ok := numbering.ByName(said)
		require.Equal(t, want, got.Code, "%q", said)
		require.Equal(t, want != "", ok, "%q", said)
	}
}
