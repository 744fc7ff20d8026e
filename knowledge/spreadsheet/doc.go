// Package spreadsheet reads and writes XLSX workbooks (ECMA-376, SpreadsheetML) as plain rows of cells, one at a time, so that a
// workbook of any size needs little memory. It tells what a row reader must not guess: which cells are formulas, errors, dates,
// logical values or merged. It knows nothing of the question base.
//
// A library is used for neither direction: the ones there are keep sheets or their texts in memory, do not tell a formula from its
// cached value while they stream, and lose control characters. Tests hold the package against one of them (excelize).
//
// It imports package fail of the project and nothing else.
package spreadsheet

// Limits of a workbook that is read, in bytes unless said otherwise. What is above them is refused with TOO_LARGE or INVALID.
const (
	// MaxPart bounds what one part of the archive unpacks to.
	MaxPart = 2 << 30
	// MaxCell bounds the text of one cell; a cell above it is a Fault. A spreadsheet program itself stops at MaxCellUnits.
	MaxCell = 1 << 20
	// MaxCellUnits is how many UTF-16 code units a spreadsheet program keeps of one cell.
	MaxCellUnits = 32767
	// MaxRows and MaxColumns are the size of a sheet.
	MaxRows    = 1 << 20
	MaxColumns = 1 << 14

	maxSmallPart = 16 << 20  // workbook, relations, styles
	maxRatio     = 250       // of unpacked to packed, where much is unpacked
	muchUnpacked = 64 << 20  // below it the ratio is not looked at
	maxToken     = 8 << 20   // of XML: a text with all its escapes
	maxRowText   = 16 << 20  // of all cells of a row together
	maxStrings   = 8_000_000 // shared texts; 8 bytes of memory each
	maxMerges    = 1_000_000
	maxSheets    = 1000
)
