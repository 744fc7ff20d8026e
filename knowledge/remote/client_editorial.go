package remote

import (
	"context"
	"time"

	"connectrpc.com/connect"

	"ekc/internal/fail"
	"ekc/knowledge"
	pb "ekc/knowledge/rpc/knowledgev1"
)

// writeTime is how long an edit may take when its caller sets no earlier deadline.
const writeTime = 20 * time.Second

// write makes a call that changes something. It is not repeated: whether the first try took effect is not known.
func write[Request, Response any](
	ctx context.Context, call func(context.Context, *connect.Request[Request]) (*connect.Response[Response], error), r *Request,
) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	response, err := call(ctx, connect.NewRequest(r))
	if err != nil {
		return nil, understand(ctx, err)
	}
	return response.Msg, nil
}

// CreateRecord is part of knowledge.Editor.
func (c *Client) CreateRecord(ctx context.Context, n knowledge.NewRecord) (knowledge.Record, error) {
	r, err := write(ctx, c.rpc.CreateRecord, &pb.CreateRecordRequest{
		Actor: n.Actor, Agency: n.Agency, Region: n.Region, VariantOf: n.VariantOf, Content: wireContent(n.Content),
	})
	if err != nil {
		return knowledge.Record{}, err
	}
	return record(r.GetRecord()), nil
}

// DraftRecord is part of knowledge.Editor.
func (c *Client) DraftRecord(ctx context.Context, d knowledge.NewDraft) (knowledge.Version, error) {
	r, err := write(ctx, c.rpc.DraftRecord, &pb.DraftRecordRequest{Actor: d.Actor, RecordId: d.RecordID, FromVersionId: d.FromVersionID})
	if err != nil {
		return knowledge.Version{}, err
	}
	return version(r.GetVersion()), nil
}

// SaveDraft is part of knowledge.Editor.
func (c *Client) SaveDraft(ctx context.Context, s knowledge.DraftContent) (knowledge.Version, error) {
	r, err := write(ctx, c.rpc.SaveDraft, &pb.SaveDraftRequest{
		Actor: s.Actor, VersionId: s.VersionID, Revision: int32(s.Revision), Content: wireContent(s.Content), BasedOn: s.BasedOn, //nolint:gosec // compared only
	})
	if err != nil {
		return knowledge.Version{}, err
	}
	return version(r.GetVersion()), nil
}

// MoveVersion is part of knowledge.Editor.
func (c *Client) MoveVersion(ctx context.Context, m knowledge.Move) (knowledge.Version, error) {
	r, err := write(ctx, c.rpc.MoveVersion, &pb.MoveVersionRequest{
		Actor: m.Actor, VersionId: m.VersionID, Revision: int32(m.Revision), Action: string(m.Action), Reason: m.Reason, On: string(m.On), //nolint:gosec // compared only
	})
	if err != nil {
		return knowledge.Version{}, err
	}
	return version(r.GetVersion()), nil
}

// ReviewByAct is part of knowledge.Editor.
func (c *Client) ReviewByAct(ctx context.Context, q knowledge.ActReview) (knowledge.ActReviewed, error) {
	r, err := write(ctx, c.rpc.ReviewByAct, &pb.ReviewByActRequest{
		Actor: q.Actor, Act: q.Act, Article: q.Article, Reason: q.Reason, Within: each(q.Within, wireSegment),
	})
	return knowledge.ActReviewed{Opened: r.GetOpened(), Busy: r.GetBusy()}, err
}

// RecordVersions is part of knowledge.Editor.
func (c *Client) RecordVersions(ctx context.Context, recordID string) ([]knowledge.Version, error) {
	r, err := read(ctx, readTime, c.rpc.ListRecordVersions, &pb.ListRecordVersionsRequest{RecordId: recordID})
	return each(r.GetVersions(), version), err
}

// RecordHistory is part of knowledge.Editor.
func (c *Client) RecordHistory(ctx context.Context, q knowledge.HistoryQuery) (knowledge.HistoryPage, error) {
	if q.First < 0 || q.First > knowledge.MaxEventsOnPage {
		return knowledge.HistoryPage{}, fail.Field("first", fail.Invalid, "must be 1 to %d", knowledge.MaxEventsOnPage)
	}
	r, err := read(ctx, readTime, c.rpc.ListRecordHistory, &pb.ListRecordHistoryRequest{
		RecordId: q.RecordID, Before: q.Before, First: int32(q.First), //nolint:gosec // checked above
	})
	return knowledge.HistoryPage{Events: each(r.GetEvents(), event), Next: r.GetNext(), Total: int(r.GetTotal())}, err
}
