package telephony

import (
	"time"

	"ekc/telephony/ivr/spoken"
)

// What citizens hear from the switchboard itself; everything else is the menu's. A menu may replace none of these, because they
// belong to states that no menu describes.
const (
	textCallbackOffer    = "Если не хотите ждать, нажмите один. Мы перезвоним вам, ваше место в очереди сохранится."
	textCallbackNumber   = "Наберите номер телефона, на который вам перезвонить: десять цифр, начиная с кода, и решётку."
	textCallbackPromised = "Спасибо. Мы перезвоним вам, как только освободится оператор. До свидания."
	textStayOnLine       = "Пожалуйста, оставайтесь на линии."
	textRate             = "Пожалуйста, оцените работу оператора от одного до пяти, где пять означает отлично."
	textThanks           = "Спасибо за оценку. До свидания."
	textBye              = "Спасибо за обращение. До свидания."
	textClosed           = "Ваше обращение закрыто. До свидания."
	textUnreachable      = "К сожалению, абонент не отвечает. До свидания."
	textFailed           = "К сожалению, сейчас мы не можем ответить. Пожалуйста, перезвоните позже. До свидания."
)

const (
	minute     = time.Minute
	gatherTime = 10 * time.Second // between two keys of a number
	byeTime    = 30 * time.Second // a last word that does not come to its end
	menuTime   = 2 * time.Minute  // a menu after the talk that does not come to its end
)

// placeSpeech tells the place in the queue and the expected wait.
func placeSpeech(p Place) []Speech {
	text := spoken.Position(p.Position) + "."
	if p.Known {
		text += " Ожидание " + spoken.Wait(p.Wait) + "."
	}
	return []Speech{{Text: text}}
}
