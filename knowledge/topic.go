package knowledge

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/knowledge/ent"
	"ekc/knowledge/ent/recordversion"
	"ekc/knowledge/ent/topic"
)

const selectTopics = `
	SELECT t.id, t.agency, t.name, t.retired_at, t.merged_into,
		(SELECT count(*) FROM record_versions v WHERE v.topic_id = t.id AND v.status = 'published')
	FROM topics t
	WHERE CASE WHEN $1 <> '' THEN t.id = $1 ELSE (NOT $2 OR t.agency = ANY($3)) AND ($4 OR t.retired_at IS NULL AND t.merged_into = '') END
	ORDER BY t.agency, t.name, t.id LIMIT $5`

// Topics lists topics; see Classifier.
func (b *Base) Topics(ctx context.Context, q TopicQuery) ([]Topic, error) {
	rows, err := b.db.QueryContext(ctx, selectTopics, q.ID, q.Bounded, pq.Array(q.Agencies), q.All, MaxTopics)
	if err != nil {
		return nil, fmt.Errorf("list topics: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Topic
	for rows.Next() {
		var t Topic
		var retired *time.Time
		if err := rows.Scan(&t.ID, &t.Agency, &t.Name, &retired, &t.MergedInto, &t.Records); err != nil {
			return nil, fmt.Errorf("list topics: %w", err)
		}
		if retired != nil {
			t.RetiredAt = retired.UTC()
		}
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list topics: %w", err)
	}
	return out, nil
}

// CreateTopic puts a topic into a list; see Classifier.
func (b *Base) CreateTopic(ctx context.Context, n NewTopic) (Topic, error) {
	if err := checkActor(n.Actor); err != nil {
		return Topic{}, err
	}
	name, err := topicName(n.Name)
	if err != nil {
		return Topic{}, err
	}
	if n.Agency != "" && (len(n.Agency) > 20 || b.codes.agency != nil && !b.codes.agency(n.Agency)) {
		return Topic{}, fail.Field("agency", fail.Invalid, "unknown agency %q", n.Agency)
	}
	id := ids.New("top")
	err = b.edit(ctx, func(e *edition) error {
		if err := e.lockBase(ctx); err != nil {
			return err
		}
		if err := e.freeName(ctx, n.Agency, name, ""); err != nil {
			return err
		}
		return e.Topic.Create().SetID(id).SetAgency(n.Agency).SetName(name).SetCreatedBy(n.Actor).SetCreatedAt(e.now).Exec(ctx)
	})
	if err != nil {
		return Topic{}, err
	}
	return b.topic(ctx, id)
}

// ChangeTopic changes one; see Classifier.
func (b *Base) ChangeTopic(ctx context.Context, c TopicChange) (Topic, error) {
	if err := checkActor(c.Actor); err != nil {
		return Topic{}, err
	}
	id := c.TopicID
	err := b.edit(ctx, func(e *edition) error {
		if err := e.lockBase(ctx); err != nil {
			return err
		}
		t, err := e.lockTopic(ctx, "topicId", c.TopicID)
		if err != nil {
			return err
		}
		switch c.Action {
		case TopicRename:
			return e.renameTopic(ctx, t, c)
		case TopicRetire:
			return e.Topic.UpdateOneID(t.ID).SetRetiredAt(e.now).Exec(ctx)
		case TopicRestore:
			return e.Topic.UpdateOneID(t.ID).ClearRetiredAt().Exec(ctx)
		case TopicMerge:
			id = c.IntoID
			return e.mergeTopic(ctx, t, c)
		}
		return fail.Field("action", fail.Invalid, "is not something that can be done to a topic")
	})
	if err != nil {
		return Topic{}, err
	}
	if err := b.refresh(ctx); err != nil {
		b.log.WarnContext(ctx, "knowledge: cannot follow the base", "error", err)
	}
	return b.topic(ctx, id)
}

func (b *Base) topic(ctx context.Context, id string) (Topic, error) {
	found, err := b.Topics(ctx, TopicQuery{ID: id})
	if err == nil && len(found) == 0 {
		err = fail.Field("topicId", fail.NotFound, "no topic %q", id)
	}
	if err != nil {
		return Topic{}, err
	}
	return found[0], nil
}

func topicName(name string) (string, error) {
	if name = strings.TrimSpace(name); name == "" {
		return "", fail.Field("name", fail.Invalid, "is missing")
	}
	return name, checkText("name", name, maxTopicLength)
}

// freeName refuses a name that is in the list already, though its topic may be retired or merged.
func (e *edition) freeName(ctx context.Context, agency, name, but string) error {
	taken, err := e.Topic.Query().Where(topic.Agency(agency), topic.Name(name), topic.IDNEQ(but)).IDs(ctx)
	if err == nil && len(taken) > 0 {
		return fail.Field("name", fail.Conflict, "%q is in the list already, perhaps retired or merged: %s", name, taken[0])
	}
	return err
}

// lockTopic reads a topic that has not been merged; the base is locked, so that nobody else changes it.
func (e *edition) lockTopic(ctx context.Context, field, id string) (*ent.Topic, error) {
	t, err := e.Topic.Get(ctx, id)
	switch {
	case ent.IsNotFound(err):
		return nil, fail.Field(field, fail.NotFound, "no topic %q", id)
	case err != nil:
		return nil, err
	case t.MergedInto != "":
		return nil, fail.Field(field, fail.Conflict, "the topic was merged into %s", t.MergedInto)
	}
	return t, nil
}

func (e *edition) renameTopic(ctx context.Context, t *ent.Topic, c TopicChange) error {
	name, err := topicName(c.Name)
	if err != nil {
		return err
	}
	if err := e.freeName(ctx, t.Agency, name, t.ID); err != nil || name == t.Name {
		return err
	}
	if err := e.Topic.UpdateOneID(t.ID).SetName(name).Exec(ctx); err != nil {
		return err
	}
	return e.relabel(ctx, c.Actor, t.ID, t.Name, name)
}

// mergeTopic moves what is published or being worked on; what was told under the old topic keeps it.
func (e *edition) mergeTopic(ctx context.Context, t *ent.Topic, c TopicChange) error {
	into, err := e.lockTopic(ctx, "intoId", c.IntoID)
	switch {
	case err != nil:
		return err
	case into.ID == t.ID:
		return fail.Field("intoId", fail.Invalid, "is the topic itself")
	case into.Agency != t.Agency:
		return fail.Field("intoId", fail.Invalid, "is in the list of another agency")
	case into.RetiredAt != nil:
		return fail.Field("intoId", fail.Conflict, "is retired")
	}
	if _, err := e.ExecContext(ctx, `UPDATE topics SET merged_into = $2 WHERE id = $1 OR merged_into = $1`, t.ID, into.ID); err != nil {
		return err
	}
	moved, err := e.RecordVersion.Query().Where(recordversion.TopicID(t.ID), recordversion.StatusNEQ(recordversion.StatusArchived)).IDs(ctx)
	if err != nil {
		return err
	}
	if _, err := e.ExecContext(ctx, `UPDATE record_versions SET topic_id = $2 WHERE id = ANY($1)`, pq.Array(moved), into.ID); err != nil {
		return err
	}
	return e.relabelled(ctx, c.Actor, moved, "topic", t.Name, into.Name)
}

// topicFor is the topic that a record may bear under a name: of its agency's list, else of the one for all. A retired one only where the
// record bears it already.
func (e *edition) topicFor(ctx context.Context, r *ent.Record, name string) (*ent.Topic, error) {
	found, err := e.Topic.Query().Where(topic.Name(name), topic.AgencyIn(r.Agency, "")).Order(ent.Desc(topic.FieldAgency)).First(ctx)
	if err == nil && found.MergedInto != "" {
		found, err = e.Topic.Get(ctx, found.MergedInto)
	}
	switch {
	case ent.IsNotFound(err):
		return nil, fail.Field("topic", fail.Invalid, "%q is not in the agency's list of topics", name)
	case err != nil:
		return nil, err
	case found.RetiredAt == nil:
		return found, nil
	}
	borne, err := e.RecordVersion.Query().Where(recordversion.RecordID(r.ID), recordversion.TopicID(found.ID)).Exist(ctx)
	if err == nil && !borne {
		return nil, fail.Field("topic", fail.Invalid, "%q is retired", name)
	}
	return found, err
}
