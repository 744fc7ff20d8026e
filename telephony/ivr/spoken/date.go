package spoken

import "time"

var (
	months = [...]string{
		"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
	}
	weekdays = [...]string{
		"в воскресенье", "в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу",
	}
)

// Date says on which day: «двадцать второго ноября».
func Date(t time.Time) string { return OrdinalGenitive(t.Day()) + " " + months[t.Month()-1] }

// DateWithYear says «двадцать второго ноября две тысячи двадцать шестого года».
func DateWithYear(t time.Time) string { return Date(t) + " " + OrdinalGenitive(t.Year()) + " года" }

// Clock says at what time: «восемь часов», «девять часов тридцать минут».
func Clock(t time.Time) string {
	text := Count(t.Hour(), Hour, Nominative)
	if t.Minute() != 0 {
		text += " " + Count(t.Minute(), Minute, Nominative)
	}
	return text
}

// Opening says when something opens, seen from now and in the time zone of opens: «сегодня в восемь часов», «завтра в…»,
// within a week «в понедельник в…», later «двенадцатого января в…».
func Opening(now, opens time.Time) string {
	now = now.In(opens.Location())
	days := int(midnight(opens).Sub(midnight(now)).Round(24*time.Hour) / (24 * time.Hour))
	at := " в " + Clock(opens)
	switch {
	case days <= 0:
		return "сегодня" + at
	case days == 1:
		return "завтра" + at
	case days < 7:
		return weekdays[opens.Weekday()] + at
	}
	return Date(opens) + at
}

// midnight is that of the date in UTC, so that days can be counted across changes of the clock.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
