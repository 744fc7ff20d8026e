package seal

// Held is the value of a column that may be empty; nil when it is, which ent gives as no pointer or as one to nothing.
func Held(column *[]byte) []byte {
	if column == nil || len(*column) == 0 {
		return nil
	}
	return *column
}
