package knowledge

import (
	"context"
	"fmt"

	"ekc/internal/fail"
	"ekc/knowledge/ent"
	"ekc/knowledge/ent/phrasing"
	"ekc/knowledge/ent/record"
	"ekc/knowledge/ent/recordevent"
	"ekc/knowledge/ent/recordversion"
	"ekc/knowledge/ent/schema"
)

const defaultEventsOnPage = 50

// RecordVersions gives the versions of a record; see Editor.
func (b *Base) RecordVersions(ctx context.Context, recordID string) ([]Version, error) {
	if err := b.exists(ctx, recordID); err != nil {
		return nil, err
	}
	found, err := b.ent.RecordVersion.Query().Where(recordversion.RecordID(recordID)).
		Order(ent.Desc(recordversion.FieldNumber)).Limit(MaxVersionsShown).WithTopic().
		WithPhrasings(func(q *ent.PhrasingQuery) { q.Order(ent.Asc(phrasing.FieldPosition)) }).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	all := make([]Version, len(found))
	for i, v := range found {
		all[i] = versionOf(v)
	}
	return all, nil
}

func (b *Base) exists(ctx context.Context, recordID string) error {
	there, err := b.ent.Record.Query().Where(record.ID(recordID)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	if !there {
		return fail.New(fail.NotFound, "no record %q", recordID)
	}
	return nil
}

// RecordHistory tells who did what to a record; see Editor.
func (b *Base) RecordHistory(ctx context.Context, q HistoryQuery) (HistoryPage, error) {
	if q.First < 0 || q.First > MaxEventsOnPage {
		return HistoryPage{}, fail.Field("first", fail.Invalid, "must be 1 to %d", MaxEventsOnPage)
	}
	if q.First == 0 {
		q.First = defaultEventsOnPage
	}
	if err := b.exists(ctx, q.RecordID); err != nil {
		return HistoryPage{}, err
	}
	all := b.ent.RecordEvent.Query().Where(recordevent.RecordID(q.RecordID))
	total, err := all.Clone().Count(ctx)
	if err != nil {
		return HistoryPage{}, fmt.Errorf("count events of a record: %w", err)
	}
	if q.Before != 0 {
		all.Where(recordevent.IDLT(q.Before))
	}
	found, err := all.Order(ent.Desc(recordevent.FieldID)).Limit(q.First + 1).All(ctx)
	if err != nil {
		return HistoryPage{}, fmt.Errorf("list events of a record: %w", err)
	}
	numbers, err := b.numbers(ctx, q.RecordID)
	if err != nil {
		return HistoryPage{}, err
	}
	page := HistoryPage{Total: total}
	for i, e := range found {
		if i == q.First {
			page.Next = found[i-1].ID
			break
		}
		page.Events = append(page.Events, Event{
			ID: e.ID, RecordID: e.RecordID, VersionID: e.VersionID, Version: numbers[e.VersionID], Action: EventAction(e.Action), Actor: e.Actor,
			Reason: e.Reason, Changed: e.Changed, Differences: differencesOf(e.Differences), At: e.At.UTC(),
		})
	}
	return page, nil
}

// differencesOf compares kept values.
func differencesOf(kept []schema.FieldChange) []Difference {
	var all []Difference
	for _, c := range kept {
		all = append(all, CompareTexts(c.Field, c.Before, c.After))
	}
	return all
}

// numbers are the numbers of a record's versions by their ids.
func (b *Base) numbers(ctx context.Context, recordID string) (map[string]int, error) {
	found, err := b.ent.RecordVersion.Query().Where(recordversion.RecordID(recordID)).
		Select(recordversion.FieldID, recordversion.FieldNumber).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("number versions: %w", err)
	}
	numbers := make(map[string]int, len(found))
	for _, v := range found {
		numbers[v.ID] = v.Number
	}
	return numbers, nil
}
