package remote

import (
	"context"
	"net/http"
	"time"

	"connectrpc.com/connect"

	"ekc/knowledge/improve"
	pb "ekc/knowledge/rpc/knowledgev1"
	"ekc/knowledge/rpc/knowledgev1/knowledgev1connect"
)

// Improvements is an improve.Service in another process.
type Improvements struct {
	rpc  knowledgev1connect.ImprovementServiceClient
	http *http.Client
}

var _ improve.Service = (*Improvements)(nil)

// NewImprovements makes a client; it does not connect before it is used.
func NewImprovements(o ClientOptions) *Improvements {
	if o.Transport == nil {
		o.Transport = transport()
	}
	c := &http.Client{Transport: o.Transport}
	return &Improvements{http: c, rpc: knowledgev1connect.NewImprovementServiceClient(c, o.URL, connect.WithInterceptors(bearer(o.Secret)))}
}

// Close gives the connections back.
func (c *Improvements) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// NoteFeedback is part of improve.Service.
func (c *Improvements) NoteFeedback(ctx context.Context, in []improve.Word) (int, error) {
	return asked[int, pb.NoteFeedbackRequest, pb.NoteFeedbackResponse](ctx, true, c.rpc.NoteFeedback, "items", in)
}

// Tallies is part of improve.Service.
func (c *Improvements) Tallies(ctx context.Context, in []string) ([]improve.Tally, error) {
	return asked[[]improve.Tally, pb.GetTalliesRequest, pb.GetTalliesResponse](ctx, true, c.rpc.GetTallies, "items", in)
}

// LowRated is part of improve.Service.
func (c *Improvements) LowRated(ctx context.Context, in improve.LowRatedQuery) ([]improve.Tally, error) {
	return asked[[]improve.Tally, pb.ListLowRatedRequest, pb.ListLowRatedResponse](ctx, true, c.rpc.ListLowRated, "", in)
}

// Comments is part of improve.Service.
func (c *Improvements) Comments(ctx context.Context, in string) ([]improve.Word, error) {
	return asked[[]improve.Word, pb.ListCommentsRequest, pb.ListCommentsResponse](ctx, true, c.rpc.ListComments, "id", in)
}

// Kept is part of improve.Service.
func (c *Improvements) Kept(ctx context.Context, in improve.Dialogues) (improve.Kept, error) {
	return asked[improve.Kept, pb.ListKeptRequest, pb.ListKeptResponse](ctx, true, c.rpc.ListKept, "", in)
}

// Forget is part of improve.Service.
func (c *Improvements) Forget(ctx context.Context, in improve.Dialogues) (improve.Forgotten, error) {
	return asked[improve.Forgotten, pb.ForgetRequest, pb.ForgetResponse](ctx, true, c.rpc.Forget, "", in)
}

// NoteQuestions is part of improve.Service.
func (c *Improvements) NoteQuestions(ctx context.Context, in []improve.Question) (int, error) {
	return asked[int, pb.NoteQuestionsRequest, pb.NoteQuestionsResponse](ctx, true, c.rpc.NoteQuestions, "items", in)
}

// Gaps is part of improve.Service.
func (c *Improvements) Gaps(ctx context.Context, in improve.GapQuery) ([]improve.Gap, error) {
	return asked[[]improve.Gap, pb.ListGapsRequest, pb.ListGapsResponse](ctx, true, c.rpc.ListGaps, "", in)
}

// Gap is part of improve.Service.
func (c *Improvements) Gap(ctx context.Context, in string) (improve.Gap, error) {
	return asked[improve.Gap, pb.GetGapRequest, pb.GetGapResponse](ctx, true, c.rpc.GetGap, "id", in)
}

// DecideGap is part of improve.Service.
func (c *Improvements) DecideGap(ctx context.Context, in improve.GapDecision) (improve.Gap, error) {
	return asked[improve.Gap, pb.DecideGapRequest, pb.DecideGapResponse](ctx, false, c.rpc.DecideGap, "", in)
}

// Propose is part of improve.Service.
func (c *Improvements) Propose(ctx context.Context, in improve.NewProposal) (improve.Proposal, error) {
	return asked[improve.Proposal, pb.ProposeRequest, pb.ProposeResponse](ctx, false, c.rpc.Propose, "", in)
}

// MoveProposal is part of improve.Service.
func (c *Improvements) MoveProposal(ctx context.Context, in improve.ProposalMove) (improve.Proposal, error) {
	return asked[improve.Proposal, pb.MoveProposalRequest, pb.MoveProposalResponse](ctx, false, c.rpc.MoveProposal, "", in)
}

// Proposal is part of improve.Service.
func (c *Improvements) Proposal(ctx context.Context, in string) (improve.Proposal, error) {
	return asked[improve.Proposal, pb.GetProposalRequest, pb.GetProposalResponse](ctx, true, c.rpc.GetProposal, "id", in)
}

// Proposals is part of improve.Service.
func (c *Improvements) Proposals(ctx context.Context, in improve.ProposalQuery) (improve.ProposalPage, error) {
	return asked[improve.ProposalPage, pb.ListProposalsRequest, pb.ListProposalsResponse](ctx, true, c.rpc.ListProposals, "", in)
}

// Untold is part of improve.Service.
func (c *Improvements) Untold(ctx context.Context, in improve.UntoldQuery) (improve.UntoldPage, error) {
	return asked[improve.UntoldPage, pb.ListUntoldRequest, pb.ListUntoldResponse](ctx, true, c.rpc.ListUntold, "", in)
}

// KeepCases is part of improve.Service.
func (c *Improvements) KeepCases(ctx context.Context, in []improve.BenchCase) ([]improve.BenchCase, error) {
	return asked[[]improve.BenchCase, pb.KeepBenchCasesRequest, pb.KeepBenchCasesResponse](ctx, true, c.rpc.KeepBenchCases, "items", in)
}

// CasesFromPhrasings is part of improve.Service.
func (c *Improvements) CasesFromPhrasings(ctx context.Context, in improve.PhrasingCases) (int, error) {
	return asked[int, pb.CollectBenchCasesRequest, pb.CollectBenchCasesResponse](ctx, false, c.rpc.CollectBenchCases, "", in)
}

// RemoveCase is part of improve.Service.
func (c *Improvements) RemoveCase(ctx context.Context, in string) (improve.BenchCase, error) {
	return asked[improve.BenchCase, pb.RemoveBenchCaseRequest, pb.RemoveBenchCaseResponse](ctx, false, c.rpc.RemoveBenchCase, "id", in)
}

// Case is part of improve.Service.
func (c *Improvements) Case(ctx context.Context, in string) (improve.BenchCase, error) {
	return asked[improve.BenchCase, pb.GetBenchCaseRequest, pb.GetBenchCaseResponse](ctx, true, c.rpc.GetBenchCase, "id", in)
}

// Cases is part of improve.Service.
func (c *Improvements) Cases(ctx context.Context, in improve.CaseQuery) (improve.CasePage, error) {
	return asked[improve.CasePage, pb.ListBenchCasesRequest, pb.ListBenchCasesResponse](ctx, true, c.rpc.ListBenchCases, "", in)
}

// benchTime is how long a run of the test bench may take when its caller sets no earlier deadline.
const benchTime = time.Minute

// RunBench is part of improve.Service.
func (c *Improvements) RunBench(ctx context.Context, in improve.BenchRun) (improve.BenchReport, error) {
	q := &pb.RunBenchRequest{}
	if err := toWire("", in, q); err != nil {
		return improve.BenchReport{}, err
	}
	r, err := read(ctx, benchTime, c.rpc.RunBench, q)
	if err != nil {
		return improve.BenchReport{}, err
	}
	return fromWire[improve.BenchReport]("result", r)
}
