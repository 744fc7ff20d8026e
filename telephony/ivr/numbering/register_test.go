package numbering_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/ivr/numbering"
)

const sample = "\ufeffАВС/ DEF;От;До;Емкость;Оператор;Регион;Территория ГАР;ИНН\n" +
	"495;1000000;1009999;10000;Связь;г. Москва;;1\n" +
	"495;1010000;1019999;10000;Другая связь;г. Москва;;2\n" +
	"498;2000000;2000999;1000;Связь;г.о. Химки|Московская обл.;;1\n" +
	"916;0000000;0999999;1000000;Сота;г. Москва;;1\n" +
	"917;2300000;2309999;10000;Сота;Республика Татарстан;;1\n" +
	"818;5300000;5399999;100000;Связь;Ненецкий автономный округ;;1\n" +
	"831;1000000;1000099;100;Связь;Нижегородская обл.;;1\n" +
	"861;1000000;1000099;100;Связь;р-н Усть-Лабинский|Краснодарский край;;1\n" +
	"346;1000000;1000099;100;Связь;Ханты-Мансийский Автономный округ - Югра АО;;1\n" +
	"495;1005000;1005099;100;Связь;Московская обл.;;1\n" + // 11: another region's
	"96;1000000;1000099;100;Связь;г. Москва;;1\n" + // 12
	"960;1000000;1000099;99;Связь;г. Москва;;1\n" + // 13
	"960;1000100;1000000;100;Связь;г. Москва;;1\n" + // 14
	"960;1000000;1000099;100;Связь;Атлантида;;1\n" + // 15
	"960;1000000;1000099;100;Связь;г. Москва и Московская область;;1\n" + // 16
	"960;1000000\n" // 17

func TestRegister(t *testing.T) {
	t.Parallel()
	r, bad, err := numbering.ReadRegister(strings.NewReader(sample))
	require.NoError(t, err)
	lines := make([]int, len(bad))
	for n, b := range bad {
		lines[n] = b.Line
		require.NotEmpty(t, b.Reason)
	}
	require.Equal(t, []int{11, 12, 13, 14, 15, 16, 17}, lines)
	require.Equal(t, 8, r.Len(), "neighbours of one region are one")
	for number, want := range map[string]string{
		"+74951015555": "77", "+74982000001": "50", "+79160000000": "77", "+79160999999": "77", "+79172305555": "16", "+78185300000": "83",
		"+78311000050": "52", "88611000099": "23", "+73461000000": "86",
		"+78435555555": "16", // not in the register
	} {
		region, ok := r.ByNumber(number)
		require.True(t, ok, number)
		require.Equal(t, want, region.Code, number)
	}
	for _, number := range []string{"+79161000000", "+79172310000", "+12025550123", ""} {
		_, ok := r.ByNumber(number)
		require.False(t, ok, number)
	}
	_, _, err = numbering.ReadRegister(strings.NewReader("a;b\n1;2\n"))
	require.Error(t, err)
}

func TestRegisterInAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "numbering.csv")
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	f := numbering.NewFile(path, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	knows := func() bool { _, ok := f.ByNumber("+79160000000"); return ok }
	require.False(t, knows())
	region, _ := f.ByNumber("+74951015555")
	require.Equal(t, "77", region.Code, "the built-in table")

	r, _, err := numbering.ReadRegister(strings.NewReader(sample))
	require.NoError(t, err)
	var first, second bytes.Buffer
	require.NoError(t, r.Write(&first))
	require.NoError(t, r.Write(&second))
	require.Equal(t, first.String(), second.String())
	require.NoError(t, os.WriteFile(path, first.Bytes(), 0o600))
	now = now.Add(time.Minute)
	require.True(t, knows())

	require.NoError(t, os.WriteFile(path, []byte("nonsense\n"), 0o600))
	require.NoError(t, os.Chtimes(path, now, now))
	now = now.Add(time.Minute)
	require.True(t, knows(), "the last good one stays in force")
	require.NoError(t, os.Remove(path))
	now = now.Add(time.Minute)
	require.False(t, knows())
}
