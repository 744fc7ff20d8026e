package phrase

// Category is whom a question is about, where the records that compete for it differ by that.
type Category struct {
	// ID is a stable word; Name what the citizen reads.
	ID, Name string
	words    []pattern
}

// categories are in the order in which they are offered.
var categories = []Category{
	{ID: "pensioner", Name: "Пенсионер", words: patterns("пенсионер*")},
	{ID: "disabled", Name: "Человек с инвалидностью", words: patterns("инвалид*")},
	{ID: "parent", Name: "Родитель", words: patterns("родител*|многодетн*|беременн*|мать|матери|матерям|мама|отец|отцу")},
	{ID: "worker", Name: "Работающий", words: patterns("работающ*|работник*|сотрудник*")},
	{ID: "unemployed", Name: "Безработный", words: patterns("безработн*|неработающ*")},
	{ID: "veteran", Name: "Ветеран", words: patterns("ветеран*")},
	{ID: "military", Name: "Военнослужащий", words: patterns("военнослужащ*|военн*")},
	{ID: "student", Name: "Студент", words: patterns("студент*|учащ*")},
}

// CategoryOf is the one category that a text names; false when it names none or several.
func CategoryOf(s string) (Category, bool) {
	words := wordsOf(s)
	var found Category
	for _, c := range categories {
		if find(c.words, words) == "" {
			continue
		}
		if found.ID != "" {
			return Category{}, false
		}
		found = c
	}
	return found, found.ID != ""
}
