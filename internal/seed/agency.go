package seed

// agency is one of the six participants of the centre.
type agency struct{ code, name, short string }

// The Pension Fund and the Social Insurance Fund have been one Social Fund since 2023; in the centre their competences, and
// so their queues and their parts of the base, are still two.
var agencies = []agency{
	{"PFR", "Социальный фонд России: пенсионное обеспечение (прежде Пенсионный фонд)", "СФР, пенсии"},
	{"FSS", "Социальный фонд России: социальное страхование (прежде Фонд социального страхования)", "СФР, пособия"},
	{"MSE", "Учреждения медико-социальной экспертизы", "МСЭ"},
	{"ROSTRUD", "Федеральная служба по труду и занятости", "Роструд"},
	{"MINTRUD", "Министерство труда и социальной защиты Российской Федерации", "Минтруд"},
	{"OSZN", "Органы социальной защиты населения субъектов Российской Федерации", "Соцзащита"},
}
