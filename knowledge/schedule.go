package knowledge

import (
	"context"
	"fmt"
	"time"

	"ekc/knowledge/ent"
	"ekc/knowledge/ent/recordversion"
)

// due is an approved version whose day may have come.
type due struct {
	versionID, recordID, region string
	on                          Date
}

// publishScheduled puts approved versions in force on their day. Every node does it; the first one wins.
func (b *Base) publishScheduled(ctx context.Context) {
	tick := time.NewTicker(b.poll)
	defer tick.Stop()
	for {
		if err := b.publishDue(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("knowledge: cannot publish what is due", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (b *Base) publishDue(ctx context.Context) error {
	// The day begins first in the east: nowhere is it later than this.
	latest := b.clock().UTC().Add(14 * time.Hour).Format(time.DateOnly)
	all, err := b.listDue(ctx, latest)
	if err != nil {
		return fmt.Errorf("list scheduled versions: %w", err)
	}
	for _, d := range all {
		if d.on > b.today(d.region) {
			continue
		}
		published := false
		err := b.edit(ctx, func(e *edition) error {
			var err error
			published, err = e.publishDue(ctx, d)
			return err
		})
		if err != nil {
			return fmt.Errorf("publish %s: %w", d.versionID, err)
		}
		if published {
			b.settle(ctx, d.versionID)
		}
	}
	return nil
}

func (b *Base) listDue(ctx context.Context, latest string) ([]due, error) {
	rows, err := b.db.QueryContext(ctx, `
		SELECT v.id, r.id, r.region, v.publish_on::text FROM record_versions v JOIN records r ON r.id = v.record_id
		WHERE v.publish_on IS NOT NULL AND v.publish_on <= $1 AND v.status = 'approved' ORDER BY v.publish_on, v.id`, latest)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []due
	for rows.Next() {
		var d due
		if err := rows.Scan(&d.versionID, &d.recordID, &d.region, &d.on); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// publishDue puts a version in force whose day has come; one that no longer can is a draft again, and the history says why.
func (e *edition) publishDue(ctx context.Context, d due) (bool, error) {
	if err := e.lockBase(ctx); err != nil {
		return false, err
	}
	r, err := e.lockRecord(ctx, d.recordID)
	if err != nil {
		return false, err
	}
	v, err := e.version(ctx, d.versionID)
	if err != nil {
		return false, err
	}
	if Status(v.Status) != StatusApproved || dateOf(v.PublishOn) != d.on {
		return false, nil // another node was first, or a person has decided otherwise
	}
	published, err := e.publishedID(ctx, r.ID)
	switch {
	case err != nil:
		return false, err
	case published != v.BasedOn:
		return false, e.giveBack(ctx, v, "another version was published meanwhile")
	case v.ValidTo != nil && dateOf(v.ValidTo) < e.base.today(r.Region):
		return false, e.giveBack(ctx, v, "its validity is over")
	}
	return true, e.enforce(ctx, r, v, "", "scheduled")
}

func (e *edition) giveBack(ctx context.Context, v *ent.RecordVersion, why string) error {
	err := e.RecordVersion.UpdateOneID(v.ID).SetStatus(recordversion.StatusDraft).AddRevision(1).ClearPublishOn().SetReviewer("").Exec(ctx)
	if err != nil {
		return err
	}
	return e.note(ctx, v, EventReturned, "", why)
}
