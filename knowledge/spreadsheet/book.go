package spreadsheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"ekc/internal/fail"
)

// Book is an open workbook. Close it after use.
type Book struct {
	parts   map[string]*zip.File
	sheets  []sheetPart
	dates   []bool // by cell style: does it show numbers as dates
	from    epoch
	strings *texts
}

type sheetPart struct{ name, part string }

// Open reads what stands before the rows: the list of sheets, the styles and the shared texts, which are kept in a temporary file.
// A file that is not an XLSX workbook is INVALID, with the reason; one that unpacks to too much is TOO_LARGE.
func Open(file io.ReaderAt, size int64) (*Book, error) {
	if err := notZip(file); err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, fail.New(fail.Invalid, "is not an XLSX workbook, or is cut off: %v", err)
	}
	b := &Book{parts: make(map[string]*zip.File, len(archive.File))}
	for _, f := range archive.File {
		if name := strings.ToLower(strings.TrimPrefix(f.Name, "/")); b.parts[name] == nil {
			b.parts[name] = f
		}
	}
	if err := b.read(); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// notZip names the files that people most often take for a workbook.
func notZip(file io.ReaderAt) error {
	head := make([]byte, 8)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch head := string(head[:n]); {
	case strings.HasPrefix(head, "PK\x03\x04"):
		return nil
	case head == "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
		return fail.New(fail.Invalid, "is an old .xls or a workbook with a password: save it as .xlsx without one")
	case strings.HasPrefix(head, "PK\x05\x06"):
		return fail.New(fail.Invalid, "is not an XLSX workbook: the archive is empty")
	}
	return fail.New(fail.Invalid, "is not an XLSX workbook: it is no ZIP archive")
}

func (b *Book) read() error {
	main, err := b.relations("")
	if err != nil {
		return err
	}
	workbook := main.byKind("officeDocument")
	if !strings.HasSuffix(workbook, ".xml") || b.parts[workbook] == nil {
		return fail.New(fail.Invalid, "is not an XLSX workbook: the archive has no workbook.xml")
	}
	relations, err := b.relations(workbook)
	if err != nil {
		return err
	}
	if err := b.readWorkbook(workbook, relations); err != nil {
		return err
	}
	if err := b.readStyles(relations.byKind("styles")); err != nil {
		return err
	}
	b.strings, err = b.readTexts(relations.byKind("sharedStrings"))
	return err
}

// Close removes what Open has kept.
func (b *Book) Close() error { return b.strings.close() }

// Sheets are the names of the worksheets that are not hidden, in their order.
func (b *Book) Sheets() []string {
	out := make([]string, len(b.sheets))
	for i, s := range b.sheets {
		out[i] = s.name
	}
	return out
}

func (b *Book) readWorkbook(part string, relations relations) error {
	t, err := openTokens(b.parts[part], maxSmallPart)
	if err != nil {
		return err
	}
	defer t.close()
	return t.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			b.from.from1904 = isTrue(attribute(e, "date1904"))
		case "sheet":
			// A part that is not a worksheet is a sheet with a chart or macros.
			target, ok := relations[attribute(e, "id")]
			shown := attribute(e, "state") == "" || attribute(e, "state") == "visible"
			if !ok || !strings.HasSuffix(target.kind, "/worksheet") || !shown {
				return nil
			}
			if b.parts[target.part] == nil {
				return fail.New(fail.Invalid, "the workbook is damaged: sheet %q is missing", attribute(e, "name"))
			}
			if len(b.sheets) == maxSheets {
				return fail.New(fail.TooLarge, "the workbook has more than %d sheets", maxSheets)
			}
			b.sheets = append(b.sheets, sheetPart{attribute(e, "name"), target.part})
		}
		return nil
	})
}

func isTrue(s string) bool { return s == "1" || s == "true" }

// relations of a part, by their id.
type relations map[string]relation

type relation struct{ kind, part string }

// byKind is the first relation's part whose kind ends so; kinds differ before the last word between the standard's two editions.
func (r relations) byKind(kind string) string {
	found := ""
	for _, target := range r {
		if strings.HasSuffix(target.kind, "/"+kind) && (found == "" || target.part < found) {
			found = target.part
		}
	}
	return found
}

// relations reads those of a part; of the archive itself for an empty name.
func (b *Book) relations(of string) (relations, error) {
	dir, name := path.Split(of)
	f := b.parts[dir+"_rels/"+name+".rels"]
	if f == nil {
		return nil, fail.New(fail.Invalid, "is not an XLSX workbook: the archive has no %s_rels/%s.rels", dir, name)
	}
	t, err := openTokens(f, maxSmallPart)
	if err != nil {
		return nil, err
	}
	defer t.close()
	out := make(relations)
	err = t.each(func(e xml.StartElement) error {
		target := attribute(e, "Target")
		if e.Name.Local != "Relationship" || attribute(e, "TargetMode") == "External" {
			return nil
		}
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/"+dir, target)
		}
		out[attribute(e, "Id")] = relation{attribute(e, "Type"), strings.ToLower(strings.TrimPrefix(path.Clean(target), "/"))}
		return nil
	})
	return out, err
}
