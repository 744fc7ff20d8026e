package remote

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"connectrpc.com/connect"

	"ekc/knowledge/improve"
	pb "ekc/knowledge/rpc/knowledgev1"
	"ekc/knowledge/rpc/knowledgev1/knowledgev1connect"
)

// maxBatch bounds a message with a batch, in bytes: improve.MaxBatch questions of improve.MaxText characters fit.
const maxBatch = 8 << 20

// ImprovementOptions make a handler.
type ImprovementOptions struct {
	Service improve.Service
	// Secret that callers must show.
	Secret string
	// Logger gets failures that are not told to callers; nil: slog.Default.
	Logger *slog.Logger
}

// NewImprovementHandler serves what makes a base better; path is where it must be mounted.
func NewImprovementHandler(o ImprovementOptions) (path string, handler http.Handler) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return knowledgev1connect.NewImprovementServiceHandler(&improvementServer{service: o.Service, log: o.Logger},
		connect.WithInterceptors(guarded(o.Secret)), connect.WithReadMaxBytes(maxBatch),
		connect.WithRecover(func(ctx context.Context, s connect.Spec, _ http.Header, p any) error {
			o.Logger.ErrorContext(ctx, "a call panicked", "procedure", s.Procedure, "panic", p)
			return connect.NewError(connect.CodeInternal, errors.New("the question base has failed"))
		}))
}

type improvementServer struct {
	service improve.Service
	log     *slog.Logger
}

func (s *improvementServer) NoteFeedback(ctx context.Context, r *connect.Request[pb.NoteFeedbackRequest]) (*connect.Response[pb.NoteFeedbackResponse], error) {
	return served[pb.NoteFeedbackResponse](ctx, s.log, "items", r, s.service.NoteFeedback)
}

func (s *improvementServer) GetTallies(ctx context.Context, r *connect.Request[pb.GetTalliesRequest]) (*connect.Response[pb.GetTalliesResponse], error) {
	return served[pb.GetTalliesResponse](ctx, s.log, "items", r, s.service.Tallies)
}

func (s *improvementServer) ListLowRated(ctx context.Context, r *connect.Request[pb.ListLowRatedRequest]) (*connect.Response[pb.ListLowRatedResponse], error) {
	return served[pb.ListLowRatedResponse](ctx, s.log, "", r, s.service.LowRated)
}

func (s *improvementServer) ListComments(ctx context.Context, r *connect.Request[pb.ListCommentsRequest]) (*connect.Response[pb.ListCommentsResponse], error) {
	return served[pb.ListCommentsResponse](ctx, s.log, "id", r, s.service.Comments)
}

func (s *improvementServer) ListKept(ctx context.Context, r *connect.Request[pb.ListKeptRequest]) (*connect.Response[pb.ListKeptResponse], error) {
	return served[pb.ListKeptResponse](ctx, s.log, "", r, s.service.Kept)
}

func (s *improvementServer) Forget(ctx context.Context, r *connect.Request[pb.ForgetRequest]) (*connect.Response[pb.ForgetResponse], error) {
	return served[pb.ForgetResponse](ctx, s.log, "", r, s.service.Forget)
}

func (s *improvementServer) NoteQuestions(ctx context.Context, r *connect.Request[pb.NoteQuestionsRequest]) (*connect.Response[pb.NoteQuestionsResponse], error) {
	return served[pb.NoteQuestionsResponse](ctx, s.log, "items", r, s.service.NoteQuestions)
}

func (s *improvementServer) ListGaps(ctx context.Context, r *connect.Request[pb.ListGapsRequest]) (*connect.Response[pb.ListGapsResponse], error) {
	return served[pb.ListGapsResponse](ctx, s.log, "", r, s.service.Gaps)
}

func (s *improvementServer) GetGap(ctx context.Context, r *connect.Request[pb.GetGapRequest]) (*connect.Response[pb.GetGapResponse], error) {
	return served[pb.GetGapResponse](ctx, s.log, "id", r, s.service.Gap)
}

func (s *improvementServer) DecideGap(ctx context.Context, r *connect.Request[pb.DecideGapRequest]) (*connect.Response[pb.DecideGapResponse], error) {
	return served[pb.DecideGapResponse](ctx, s.log, "", r, s.service.DecideGap)
}

func (s *improvementServer) Propose(ctx context.Context, r *connect.Request[pb.ProposeRequest]) (*connect.Response[pb.ProposeResponse], error) {
	return served[pb.ProposeResponse](ctx, s.log, "", r, s.service.Propose)
}

func (s *improvementServer) MoveProposal(ctx context.Context, r *connect.Request[pb.MoveProposalRequest]) (*connect.Response[pb.MoveProposalResponse], error) {
	return served[pb.MoveProposalResponse](ctx, s.log, "", r, s.service.MoveProposal)
}

func (s *improvementServer) GetProposal(ctx context.Context, r *connect.Request[pb.GetProposalRequest]) (*connect.Response[pb.GetProposalResponse], error) {
	return served[pb.GetProposalResponse](ctx, s.log, "id", r, s.service.Proposal)
}

func (s *improvementServer) ListProposals(ctx context.Context, r *connect.Request[pb.ListProposalsRequest]) (*connect.Response[pb.ListProposalsResponse], error) {
	return served[pb.ListProposalsResponse](ctx, s.log, "", r, s.service.Proposals)
}

func (s *improvementServer) ListUntold(ctx context.Context, r *connect.Request[pb.ListUntoldRequest]) (*connect.Response[pb.ListUntoldResponse], error) {
	return served[pb.ListUntoldResponse](ctx, s.log, "", r, s.service.Untold)
}

func (s *improvementServer) KeepBenchCases(ctx context.Context, r *connect.Request[pb.KeepBenchCasesRequest]) (*connect.Response[pb.KeepBenchCasesResponse], error) {
	return served[pb.KeepBenchCasesResponse](ctx, s.log, "items", r, s.service.KeepCases)
}

func (s *improvementServer) CollectBenchCases(ctx context.Context, r *connect.Request[pb.CollectBenchCasesRequest]) (*connect.Response[pb.CollectBenchCasesResponse], error) {
	return served[pb.CollectBenchCasesResponse](ctx, s.log, "", r, s.service.CasesFromPhrasings)
}

func (s *improvementServer) RemoveBenchCase(ctx context.Context, r *connect.Request[pb.RemoveBenchCaseRequest]) (*connect.Response[pb.RemoveBenchCaseResponse], error) {
	return served[pb.RemoveBenchCaseResponse](ctx, s.log, "id", r, s.service.RemoveCase)
}

func (s *improvementServer) GetBenchCase(ctx context.Context, r *connect.Request[pb.GetBenchCaseRequest]) (*connect.Response[pb.GetBenchCaseResponse], error) {
	return served[pb.GetBenchCaseResponse](ctx, s.log, "id", r, s.service.Case)
}

func (s *improvementServer) ListBenchCases(ctx context.Context, r *connect.Request[pb.ListBenchCasesRequest]) (*connect.Response[pb.ListBenchCasesResponse], error) {
	return served[pb.ListBenchCasesResponse](ctx, s.log, "", r, s.service.Cases)
}

func (s *improvementServer) RunBench(ctx context.Context, r *connect.Request[pb.RunBenchRequest]) (*connect.Response[pb.RunBenchResponse], error) {
	return served[pb.RunBenchResponse](ctx, s.log, "", r, s.service.RunBench)
}
