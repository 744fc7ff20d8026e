package remote

import (
	"context"

	"connectrpc.com/connect"

	"ekc/knowledge"
	pb "ekc/knowledge/rpc/knowledgev1"
)

// answered is a response, or the error that stands for err.
func answered[T any](ctx context.Context, s *server, m *T, err error) (*connect.Response[T], error) {
	if err != nil {
		return nil, refuse(ctx, s.log, err)
	}
	return connect.NewResponse(m), nil
}

func (s *server) CreateRecord(ctx context.Context, r *connect.Request[pb.CreateRecordRequest]) (*connect.Response[pb.CreateRecordResponse], error) {
	m := r.Msg
	made, err := s.base.CreateRecord(ctx, knowledge.NewRecord{
		Actor: m.GetActor(), Agency: m.GetAgency(), Region: m.GetRegion(), VariantOf: m.GetVariantOf(), Content: content(m.GetContent()),
	})
	return answered(ctx, s, &pb.CreateRecordResponse{Record: wireRecord(made)}, err)
}

func (s *server) DraftRecord(ctx context.Context, r *connect.Request[pb.DraftRecordRequest]) (*connect.Response[pb.DraftRecordResponse], error) {
	m := r.Msg
	made, err := s.base.DraftRecord(ctx, knowledge.NewDraft{Actor: m.GetActor(), RecordID: m.GetRecordId(), FromVersionID: m.GetFromVersionId()})
	return answered(ctx, s, &pb.DraftRecordResponse{Version: wireVersion(made)}, err)
}

func (s *server) SaveDraft(ctx context.Context, r *connect.Request[pb.SaveDraftRequest]) (*connect.Response[pb.SaveDraftResponse], error) {
	m := r.Msg
	saved, err := s.base.SaveDraft(ctx, knowledge.DraftContent{
		Actor: m.GetActor(), VersionID: m.GetVersionId(), Revision: int(m.GetRevision()), Content: content(m.GetContent()), BasedOn: m.GetBasedOn(),
	})
	return answered(ctx, s, &pb.SaveDraftResponse{Version: wireVersion(saved)}, err)
}

func (s *server) MoveVersion(ctx context.Context, r *connect.Request[pb.MoveVersionRequest]) (*connect.Response[pb.MoveVersionResponse], error) {
	m := r.Msg
	moved, err := s.base.MoveVersion(ctx, knowledge.Move{
		Actor: m.GetActor(), VersionID: m.GetVersionId(), Revision: int(m.GetRevision()), Action: knowledge.Action(m.GetAction()),
		Reason: m.GetReason(), On: knowledge.Date(m.GetOn()),
	})
	return answered(ctx, s, &pb.MoveVersionResponse{Version: wireVersion(moved)}, err)
}

func (s *server) ReviewByAct(ctx context.Context, r *connect.Request[pb.ReviewByActRequest]) (*connect.Response[pb.ReviewByActResponse], error) {
	m := r.Msg
	done, err := s.base.ReviewByAct(ctx, knowledge.ActReview{
		Actor: m.GetActor(), Act: m.GetAct(), Article: m.GetArticle(), Reason: m.GetReason(), Within: each(m.GetWithin(), segment),
	})
	return answered(ctx, s, &pb.ReviewByActResponse{Opened: done.Opened, Busy: done.Busy}, err)
}

func (s *server) ListRecordVersions(ctx context.Context, r *connect.Request[pb.ListRecordVersionsRequest]) (*connect.Response[pb.ListRecordVersionsResponse], error) {
	all, err := s.base.RecordVersions(ctx, r.Msg.GetRecordId())
	return answered(ctx, s, &pb.ListRecordVersionsResponse{Versions: each(all, wireVersion)}, err)
}

func (s *server) ListRecordHistory(ctx context.Context, r *connect.Request[pb.ListRecordHistoryRequest]) (*connect.Response[pb.ListRecordHistoryResponse], error) {
	m := r.Msg
	page, err := s.base.RecordHistory(ctx, knowledge.HistoryQuery{RecordID: m.GetRecordId(), Before: m.GetBefore(), First: int(m.GetFirst())})
	return answered(ctx, s, &pb.ListRecordHistoryResponse{Events: each(page.Events, wireEvent), Next: page.Next, Total: int64(page.Total)}, err)
}
