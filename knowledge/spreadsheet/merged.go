package spreadsheet

import (
	"archive/zip"
	"cmp"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"

	"ekc/internal/fail"
)

// span is a range of rows, both ends in it.
type span struct{ from, to int }

// mergedRows reads which rows have merged cells: a sheet tells it after its last row. The spans are in order and apart.
func mergedRows(f *zip.File) ([]span, error) {
	t, err := openTokens(f, MaxPart)
	if err != nil {
		return nil, err
	}
	defer t.close()
	var all []span
	err = t.each(func(e xml.StartElement) error {
		if e.Name.Local != "mergeCell" {
			return nil
		}
		if len(all) == maxMerges {
			return fail.New(fail.TooLarge, "the sheet has more than %d merged ranges", maxMerges)
		}
		first, last, ok := strings.Cut(attribute(e, "ref"), ":")
		if from, to := rowOf(first), rowOf(last); ok && first != last && from > 0 && to >= from {
			all = append(all, span{from, to})
		}
		return nil
	})
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out, err
}

// rowOf reads the number of a cell's name; 0 when there is none.
func rowOf(name string) int {
	n, err := strconv.Atoi(strings.TrimLeft(strings.ReplaceAll(name, "$", ""), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	if err != nil {
		return 0
	}
	return n
}
