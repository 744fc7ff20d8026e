package knowledge

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"ekc/internal/fail"
	"ekc/knowledge/ent"
)

// ExportOptions steer one export.
type ExportOptions struct {
	// Format is "jsonl", "csv" or "xlsx"; empty: told by Name's ending (.jsonl, .ndjson, .csv, .xlsx, each also with .gz).
	Format string
	// Name of the file. One that ends with .gz is compressed.
	Name string
	// Filter selects the records; After and First are not looked at. Records of any status are exported when it names none, each
	// with its current version.
	Filter RecordFilter
	// Progress, when set, is called now and then from the exporting goroutine.
	Progress func(ExportProgress)
}

// ExportProgress tells how far an export is.
type ExportProgress struct {
	Records int
	// Total is how many there were when the last page was read.
	Total   int
	Elapsed time.Duration
}

// ExportSummary tells what an export did.
type ExportSummary struct {
	Records int           `json:"records"`
	Elapsed time.Duration `json:"elapsed"`
}

// Lister is the part of a Service that an export needs.
type Lister interface {
	Records(ctx context.Context, filter RecordFilter) (RecordPage, error)
}

// Export writes the records that the filter selects, by id, in a form that Import reads back without loss. It works page by page,
// so that a base of any size needs little memory; a record that changes meanwhile is exported as it was before or after. The same
// records make the same bytes. An error leaves an incomplete file.
func Export(ctx context.Context, from Lister, to io.Writer, opts ExportOptions) (ExportSummary, error) {
	started := time.Now()
	format, err := formatOf(opts.Format, opts.Name)
	if err != nil {
		return ExportSummary{}, err
	}
	var packed *gzip.Writer
	if strings.HasSuffix(strings.ToLower(opts.Name), ".gz") {
		packed = gzip.NewWriter(to)
		to = packed
	}
	w, err := newRowWriter(format, to)
	if err != nil {
		return ExportSummary{}, err
	}
	n, err := exportAll(ctx, from, w, opts, started)
	err = errors.Join(err, w.close(err == nil))
	if packed != nil && err == nil {
		err = packed.Close()
	}
	return ExportSummary{Records: n, Elapsed: time.Since(started)}, err
}

func exportAll(ctx context.Context, from Lister, w rowWriter, opts ExportOptions, started time.Time) (int, error) {
	f := opts.Filter
	f.After, f.First = "", MaxRecordsOnPage
	for n := 0; ; {
		page, err := from.Records(ctx, f)
		if err != nil {
			return n, err
		}
		for _, r := range page.Records {
			if err := w.write(rowOf(r)); err != nil {
				return n, err
			}
			n++
		}
		if opts.Progress != nil {
			opts.Progress(ExportProgress{Records: n, Total: page.Total, Elapsed: time.Since(started)})
		}
		if page.Next == "" {
			return n, nil
		}
		f.After = page.Next
	}
}

// rowOf states a record as a file does.
func rowOf(r Record) *row {
	content := r.Version.Content()
	out := content.row(&ent.Record{ID: r.ID, Agency: r.Agency, Region: r.Region, VariantOf: r.VariantOf})
	out.Tags, out.Links = content.Tags, content.Links
	if r.Version.Status != StatusPublished {
		out.Status = r.Version.Status
	}
	return out
}

// rowWriter writes the rows of a file one after another.
type rowWriter interface {
	write(*row) error
	// close ends the file, or only gives back what is kept when the file is not to be completed.
	close(complete bool) error
}

func newRowWriter(format string, to io.Writer) (rowWriter, error) {
	switch format {
	case formatCSV:
		return newCSVWriter(to)
	case formatXLSX:
		return newSheetWriter(to)
	case formatJSONL:
		return newJSONWriter(to), nil
	}
	return nil, fail.Field("format", fail.Invalid, "unknown format %q", format)
}
