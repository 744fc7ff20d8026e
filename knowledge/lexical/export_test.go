package lexical

// SetBudget makes searches read fewer postings, as if the base were larger.
func (x *Index) SetBudget(n int) { x.budget = n }

// Unpacked packs entries into a list and reads them back.
func Unpacked(entries [][2]uint32) [][2]uint32 {
	var p postings
	for _, e := range entries {
		p.add(e[0], e[1])
	}
	var out [][2]uint32
	var b block
	for c := p.cursor(); ; {
		n := c.next(&b)
		if n == 0 {
			return out
		}
		for i := range n {
			out = append(out, [2]uint32{b.id[i], b.count[i]})
		}
	}
}
