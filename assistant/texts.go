package assistant

// What Yana says of her own; answers are the words of the base.
const (
	textGreeting        = "Здравствуйте! Я Яна, виртуальный помощник. Напишите ваш вопрос о пенсиях, пособиях, инвалидности или трудовых правах."
	textThanks          = "Пожалуйста! Если появятся ещё вопросы, напишите."
	textFarewell        = "До свидания! Будем рады помочь снова."
	textClarify         = "Уточните, пожалуйста, о чём ваш вопрос:"
	textNone            = "Ничего из этого"
	textNotFound        = "Точного ответа на этот вопрос у меня нет."
	textPersonal        = "Это вопрос о вашей личной ситуации, на него ответит специалист."
	textAttachment      = "Файлы посмотрит специалист."
	textFailed          = "Сейчас я не могу ответить."
	textBaseUnavailable = "Сейчас я не могу найти ответ."
)
