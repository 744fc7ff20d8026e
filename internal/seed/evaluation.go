package seed

import (
	"context"
	"fmt"

	entaccount "ekc/ent/account"
	"ekc/supervision/scorecard"
)

// formAuthor is the login of whom the demo form is said to be by.
const formAuthor = "supervisor"

// evaluationForm is what the demo centre judges talks by.
var evaluationForm = scorecard.Form{Sections: []scorecard.Section{
	{Title: "Контакт", Weight: 20, Criteria: []scorecard.Criterion{
		{Code: "greeting", Title: "Поздоровался и представился", Weight: 1, Scale: 1},
		{Code: "tone", Title: "Вежлив, не перебивает", Hint: "3: спокоен и доброжелателен весь разговор; 0: груб", Weight: 2, Scale: 3},
		{Code: "farewell", Title: "Спросил, остались ли вопросы, и попрощался", Weight: 1, Scale: 1, Optional: true},
	}},
	{Title: "Понимание вопроса", Weight: 20, Criteria: []scorecard.Criterion{
		{Code: "questions", Title: "Уточнил то, без чего нельзя ответить", Weight: 1, Scale: 2, Optional: true},
		{Code: "summary", Title: "Повторил вопрос своими словами, если он сложный", Weight: 1, Scale: 1, Optional: true},
	}},
	{Title: "Ответ", Weight: 50, Criteria: []scorecard.Criterion{
		{Code: "right", Title: "Ответ верен и по записи базы", Hint: "0: гражданину сказано неверное", Weight: 3, Scale: 3, Critical: true},
		{Code: "complete", Title: "Названы документы, сроки и куда обратиться", Weight: 2, Scale: 3},
		{Code: "plain", Title: "Сказано просто, без канцелярита", Weight: 1, Scale: 2},
	}},
	{Title: "Порядок", Weight: 10, Criteria: []scorecard.Criterion{
		{Code: "personal_data", Title: "Персональные данные только на второй линии и после проверки", Weight: 2, Scale: 1, Critical: true},
		{Code: "topic", Title: "Тема и итог записаны верно", Weight: 1, Scale: 1},
	}},
}}

// addEvaluationForm adds the form by which the work of operators is judged. Where there is any form, no other is added.
func (s *seeding) addEvaluationForm(ctx context.Context) error {
	set, err := s.tx.EvaluationForm.Query().Exist(ctx)
	if err != nil || set {
		return err
	}
	content := evaluationForm
	if err := content.Check(); err != nil {
		return err
	}
	author, err := s.tx.Account.Query().Where(entaccount.Login(formAuthor)).OnlyID(ctx)
	if err != nil {
		return fmt.Errorf("author of the form: %w", err)
	}
	made, err := s.tx.EvaluationForm.Create().SetName("Разговор с гражданином").SetAuthorID(author).Save(ctx)
	if err != nil {
		return err
	}
	s.report.Added++
	return s.tx.EvaluationFormVersion.Create().SetFormID(made.ID).SetNumber(made.Version).SetContent(content).SetPassMark(80).
		SetContestDays(5).SetDecideDays(5).SetAuthorID(author).Exec(ctx)
}
