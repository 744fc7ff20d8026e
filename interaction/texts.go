package interaction

import (
	"fmt"
	"time"
)

// What the centre says to citizens by itself.
const (
	textQueued      = "Передаю ваш вопрос специалисту. Он увидит всю переписку, повторять ничего не нужно."
	textNoQueue     = "Сейчас передать вопрос специалисту не получилось. Попробуйте, пожалуйста, ещё раз через несколько минут."
	textTransferred = "Ваш вопрос передан другому специалисту вместе со всей перепиской."
	textHelped      = "Рада, что помогла! Если появятся ещё вопросы, напишите."
	textNotHelped   = "Жаль, что ответ не подошёл. Уточните, пожалуйста, вопрос или нажмите «Позвать специалиста»."
	textRate        = "Оцените, пожалуйста, нашу помощь: от 1 (плохо) до 5 (отлично)."
	textTimedOut    = "Мы давно не получали от вас сообщений, поэтому завершаем диалог. Если вопрос остался, начните новый."
	textCitizenLeft = "Гражданин завершил диалог."
	textRecalled    = "Раньше в этом диалоге мы сообщили вам неточные сведения, простите. Правильно так: "

	textCallQueued      = "Звонок передан в очередь."
	textCallDialled     = "Исходящий звонок гражданину."
	textCallReturned    = "Связь с оператором прервалась, звонок возвращён в начало очереди."
	textCallbackWaits   = "Обещан обратный звонок."
	textCallLost        = "Гражданин не дождался ответа, нужно перезвонить."
	textRecordingPaused = "Запись разговора приостановлена: гражданин называет личные данные."
	textRecordingOn     = "Запись разговора продолжена."
	textCallRecall      = "Гражданину раньше дали неточные сведения. Перезвоните и сообщите: "
	textCallBroken      = "Звонок прервался из-за сбоя, нужно перезвонить."
)

// textAccepted introduces the operator.
func textAccepted(name string) string {
	return fmt.Sprintf("К диалогу подключился специалист: %s.", name)
}

var weekdays = [...]string{"в воскресенье", "в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу"}

// textClosedNow says that the line is closed and when it opens, in the citizen's local time.
func textClosedNow(next time.Time, zone *time.Location) string {
	const sorry = "Сейчас специалисты этой линии не работают. Ваш вопрос сохранён и останется в очереди."
	if next.IsZero() {
		return sorry
	}
	local := next.In(zone)
	return fmt.Sprintf("%s Ответим, когда линия откроется: %s, %s, в %s по вашему времени.",
		sorry, weekdays[local.Weekday()], local.Format("02.01.2006"), local.Format("15:04"))
}
