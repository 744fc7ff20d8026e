package knowledge

import (
	"context"
	"errors"
	"io"
	"time"

	"ekc/internal/fail"
)

// importBatch is how many records one transaction writes: few enough that it is over in a fraction of a second, because
// other writers wait for it.
const importBatch = 400

const defaultMaxProblems = 1000

// Import reads records from a file and publishes them. Good rows are imported whatever the others are; the faults are in
// the summary. Records whose content is unchanged are left alone. An import that was interrupted goes on where it
// stopped when the same file is given again. An error means that the file could not be read to its end; the summary
// then tells what was done until there.
func (b *Base) Import(ctx context.Context, file io.Reader, opts ImportOptions) (ImportSummary, error) {
	started := time.Now()
	src, err := openSource(file, &opts)
	if err != nil {
		return ImportSummary{}, err
	}
	defer src.close()
	rows, err := newRowReader(src)
	if err != nil {
		return ImportSummary{}, err
	}
	defer func() { _ = rows.close() }() // they were only read
	im := &importer{base: b, opts: opts, rows: rows, digest: src.digest, started: started, ids: make(map[string]int)}
	err = im.run(ctx)
	im.summary.Elapsed = time.Since(started)
	if refreshErr := b.refresh(ctx); err == nil {
		err = refreshErr
	}
	return im.summary, err
}

type importer struct {
	base    *Base
	opts    ImportOptions
	rows    rowReader
	digest  string
	started time.Time
	summary ImportSummary
	ids     map[string]int // id → line, to find an id that comes twice
	batch   []*row
	line    int // last line read
}

func (im *importer) run(ctx context.Context) error {
	done, err := im.base.startJob(ctx, im.digest, im.opts.Name)
	if err != nil {
		return err
	}
	im.summary.ResumedAfter = done
	vectors := im.base.startEmbedding(ctx)
	err = im.readAll(ctx, vectors)
	if waitErr := vectors.wait(); err == nil {
		err = waitErr
	}
	if err != nil {
		return err
	}
	return im.base.finishJob(ctx, im.digest, im.line)
}

func (im *importer) readAll(ctx context.Context, vectors *embedding) error {
	for {
		r, err := im.rows.next()
		var bad *badRow
		switch {
		case errors.Is(err, io.EOF):
			return im.flush(ctx, vectors)
		case errors.As(err, &bad):
			im.summary.Lines++
			im.refuse(bad.line, bad.err)
			continue
		case err != nil:
			return errors.Join(err, im.flush(ctx, vectors))
		}
		im.take(r)
		if len(im.batch) == importBatch {
			if err := im.flush(ctx, vectors); err != nil {
				return err
			}
		}
	}
}

// take checks a row and puts it into the batch, unless an earlier run has imported it.
func (im *importer) take(r *row) {
	im.summary.Lines++
	im.line = r.line
	r.tidy()
	if err := r.check(im.base.codes); err != nil {
		im.refuse(r.line, err)
		return
	}
	if first, ok := im.ids[r.ID]; ok {
		im.refuse(r.line, fail.Field("id", fail.Conflict, "%q is already on line %d", r.ID, first))
		return
	}
	im.ids[r.ID] = r.line
	if r.line > im.summary.ResumedAfter {
		im.batch = append(im.batch, r)
	}
}

func (im *importer) refuse(line int, err error) {
	im.summary.Bad++
	im.line = max(im.line, line)
	limit := im.opts.MaxProblems
	if limit == 0 {
		limit = defaultMaxProblems
	}
	if len(im.summary.Problems) >= limit {
		return
	}
	p := ImportProblem{Line: line, Message: err.Error()}
	if f, ok := fail.As(err); ok {
		p.Field, p.Message = f.Field, f.Message
	}
	im.summary.Problems = append(im.summary.Problems, p)
}

func (im *importer) flush(ctx context.Context, vectors *embedding) error {
	if len(im.batch) == 0 {
		return nil
	}
	w, err := im.base.writeBatch(ctx, im.batch, im.digest, im.batch[len(im.batch)-1].line)
	if err != nil {
		return err
	}
	im.summary.Created += w.created
	im.summary.Updated += w.updated
	im.summary.Unchanged += w.unchanged
	if err := vectors.add(ctx, w.versions); err != nil {
		return err
	}
	im.batch = im.batch[:0]
	if im.opts.Progress != nil {
		im.opts.Progress(ImportProgress{
			Line: im.line, Records: len(im.ids), Elapsed: time.Since(im.started),
		})
	}
	return nil
}
