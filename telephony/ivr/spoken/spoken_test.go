package spoken_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/ivr/spoken"
)

func TestCardinal(t *testing.T) {
	t.Parallel()
	cases := []struct {
		n    int
		c    spoken.Case
		g    spoken.Gender
		want string
	}{
		{0, spoken.Nominative, spoken.Masculine, "ноль"},
		{0, spoken.Genitive, spoken.Feminine, "нуля"},
		{1, spoken.Nominative, spoken.Feminine, "одна"},
		{1, spoken.Nominative, spoken.Neuter, "одно"},
		{1, spoken.Genitive, spoken.Feminine, "одной"},
		{1, spoken.Genitive, spoken.Neuter, "одного"},
		{2, spoken.Nominative, spoken.Feminine, "две"},
		{2, spoken.Nominative, spoken.Neuter, "два"},
		{2, spoken.Genitive, spoken.Feminine, "двух"},
		{14, spoken.Genitive, spoken.Masculine, "четырнадцати"},
		{21, spoken.Nominative, spoken.Feminine, "двадцать одна"},
		{40, spoken.Genitive, spoken.Masculine, "сорока"},
		{90, spoken.Genitive, spoken.Masculine, "девяноста"},
		{101, spoken.Genitive, spoken.Feminine, "ста одной"},
		{342, spoken.Nominative, spoken.Masculine, "триста сорок два"},
		{583, spoken.Genitive, spoken.Masculine, "пятисот восьмидесяти трёх"},
		{1000, spoken.Nominative, spoken.Masculine, "одна тысяча"},
		{2021, spoken.Nominative, spoken.Masculine, "две тысячи двадцать один"},
		{11012, spoken.Nominative, spoken.Masculine, "одиннадцать тысяч двенадцать"},
		{22000, spoken.Genitive, spoken.Masculine, "двадцати двух тысяч"},
		{21000, spoken.Genitive, spoken.Masculine, "двадцати одной тысячи"},
		{-5, spoken.Nominative, spoken.Masculine, "ноль"},
		{5_000_000, spoken.Nominative, spoken.Masculine, "девятьсот девяносто девять тысяч девятьсот девяносто девять"},
	}
	for _, c := range cases {
		require.Equal(t, c.want, spoken.Cardinal(c.n, c.c, c.g), "%d", c.n)
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]string{
		1: {"одна минута", "одной минуты"}, 2: {"две минуты", "двух минут"}, 5: {"пять минут", "пяти минут"},
		11: {"одиннадцать минут", "одиннадцати минут"}, 21: {"двадцать одна минута", "двадцати одной минуты"},
		22: {"двадцать две минуты", "двадцати двух минут"}, 111: {"сто одиннадцать минут", "ста одиннадцати минут"},
		0: {"ноль минут", "нуля минут"},
	} {
		require.Equal(t, want[0], spoken.Count(n, spoken.Minute, spoken.Nominative))
		require.Equal(t, want[1], spoken.Count(n, spoken.Minute, spoken.Genitive))
	}
	require.Equal(t, "двадцать один человек", spoken.Count(21, spoken.Person, spoken.Nominative))
	require.Equal(t, "три человека", spoken.Count(3, spoken.Person, spoken.Nominative))
}

func TestPosition(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		0: "вы следующий в очереди", 1: "вы следующий в очереди", 2: "вы второй в очереди", 3: "вы третий в очереди",
		4: "вы четвёртый в очереди", 7: "вы седьмой в очереди", 13: "вы тринадцатый в очереди", 20: "вы двадцатый в очереди",
		23: "вы двадцать третий в очереди", 40: "вы сороковой в очереди", 100: "вы сотый в очереди",
		112: "вы сто двенадцатый в очереди", 250: "вы двести пятидесятый в очереди", 800: "вы восьмисотый в очереди",
		1200: "вы одна тысяча двухсотый в очереди", 3000: "вы трёхтысячный в очереди",
	} {
		require.Equal(t, want, spoken.Position(n))
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wait time.Duration
		want string
	}{
		{0, "меньше минуты"},
		{59 * time.Second, "меньше минуты"},
		{time.Minute, "около минуты"},
		{61 * time.Second, "около двух минут"},
		{4 * time.Minute, "около четырёх минут"},
		{9*time.Minute + 1*time.Second, "около десяти минут"},
		{11 * time.Minute, "около пятнадцати минут"},
		{21 * time.Minute, "около двадцати пяти минут"},
		{52 * time.Minute, "около пятидесяти пяти минут"},
		{56 * time.Minute, "около часа"},
		{80 * time.Minute, "около полутора часов"},
		{110 * time.Minute, "около двух часов"},
		{170 * time.Minute, "около трёх часов"},
		{5 * time.Hour, "больше трёх часов"},
	} {
		require.Equal(t, c.want, spoken.Wait(c.wait), "%s", c.wait)
	}
}

func TestDigitsAndPhones(t *testing.T) {
	t.Parallel()
	require.Equal(t, "восемь, ноль, пять", spoken.Digits("8 (0)-5"))
	require.Empty(t, spoken.Digits("нет"))
	require.Equal(t, "плюс семь, девятьсот шестнадцать, сто двадцать три, сорок пять, ноль семь", spoken.Phone("+7 916 123-45-07"))
	require.Equal(t, "плюс семь, восемьсот, шестьсот, ноль ноль, ноль ноль", spoken.Phone("88006000000"))
	require.Equal(t, "плюс семь, четыреста девяносто пять, ноль ноль один, десять, девяносто", spoken.Phone("74950011090"))
	require.Equal(t, "один, один, два", spoken.Phone("112"))
}

func TestDates(t *testing.T) {
	t.Parallel()
	for day, want := range map[int]string{
		1: "первого ноября", 2: "второго ноября", 3: "третьего ноября", 8: "восьмого ноября", 20: "двадцатого ноября",
		23: "двадцать третьего ноября", 30: "тридцатого ноября",
	} {
		require.Equal(t, want, spoken.Date(time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)))
	}
	require.Equal(t, "двадцать второго ноября две тысячи двадцать шестого года",
		spoken.DateWithYear(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)))
	require.Equal(t, "первого января двухтысячного года", spoken.DateWithYear(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)))
}

func TestOpening(t *testing.T) {
	t.Parallel()
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, moscow) }
	now := at(22, 23, 30) // Sunday
	for _, c := range []struct {
		now, opens time.Time
		want       string
	}{
		{at(22, 6, 0), at(22, 8, 0), "сегодня в восемь часов"},
		{now, at(23, 8, 0), "завтра в восемь часов"},
		{now.UTC(), at(23, 9, 30), "завтра в девять часов тридцать минут"},
		{now, at(24, 21, 1), "во вторник в двадцать один час одна минута"},
		{now, at(25, 8, 0), "в среду в восемь часов"},
		{now, at(30, 8, 0), "тридцатого ноября в восемь часов"},
	} {
		require.Equal(t, c.want, spoken.Opening(c.now, c.opens))
	}
}
