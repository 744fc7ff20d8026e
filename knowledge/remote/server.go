package remote

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	"ekc/internal/fail"
	"ekc/knowledge"
	pb "ekc/knowledge/rpc/knowledgev1"
	"ekc/knowledge/rpc/knowledgev1/knowledgev1connect"
)

// maxMessage bounds what a caller may send at once, in bytes: a query of knowledge.MaxQueryRunes and a chunk of a file fit well.
const maxMessage = 1 << 20

// HandlerOptions make a handler.
type HandlerOptions struct {
	Base knowledge.Service
	// Vectors tells of the base's vectors; nil: that cannot be asked.
	Vectors knowledge.VectorWatcher
	// Secret that callers must show.
	Secret string
	// Logger gets failures that are not told to callers; nil: slog.Default. Texts of queries are never logged.
	Logger *slog.Logger
}

// NewHandler serves a base; path is where it must be mounted.
func NewHandler(o HandlerOptions) (path string, handler http.Handler) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return knowledgev1connect.NewKnowledgeServiceHandler(&server{base: o.Base, vectors: o.Vectors, log: o.Logger},
		connect.WithInterceptors(guarded(o.Secret)), connect.WithReadMaxBytes(maxMessage),
		connect.WithRecover(func(ctx context.Context, s connect.Spec, _ http.Header, p any) error {
			o.Logger.ErrorContext(ctx, "a call panicked", "procedure", s.Procedure, "panic", p)
			return connect.NewError(connect.CodeInternal, errors.New("the question base has failed"))
		}))
}

type server struct {
	base    knowledge.Service
	vectors knowledge.VectorWatcher
	log     *slog.Logger
}

func (s *server) Search(ctx context.Context, r *connect.Request[pb.SearchRequest]) (*connect.Response[pb.SearchResponse], error) {
	hits, err := s.base.Search(ctx, query(r.Msg))
	if err != nil {
		return nil, refuse(ctx, s.log, err)
	}
	return connect.NewResponse(&pb.SearchResponse{Hits: each(hits, wireHit)}), nil
}

func (s *server) GetRecord(ctx context.Context, r *connect.Request[pb.GetRecordRequest]) (*connect.Response[pb.GetRecordResponse], error) {
	found, err := s.base.Record(ctx, r.Msg.GetId())
	if err != nil {
		return nil, refuse(ctx, s.log, err)
	}
	return connect.NewResponse(&pb.GetRecordResponse{Record: wireRecord(found)}), nil
}

func (s *server) GetRecordVersion(ctx context.Context, r *connect.Request[pb.GetRecordVersionRequest]) (*connect.Response[pb.GetRecordVersionResponse], error) {
	found, err := s.base.RecordVersion(ctx, r.Msg.GetVersionId())
	if err != nil {
		return nil, refuse(ctx, s.log, err)
	}
	return connect.NewResponse(&pb.GetRecordVersionResponse{Version: wireVersion(found)}), nil
}

func (s *server) ListRecords(ctx context.Context, r *connect.Request[pb.ListRecordsRequest]) (*connect.Response[pb.ListRecordsResponse], error) {
	m := r.Msg
	page, err := s.base.Records(ctx, knowledge.RecordFilter{
		Agency: m.GetAgency(), Region: m.GetRegion(), Topic: m.GetTopic(), Status: status(m.GetStatus()), Text: m.GetText(), After: m.GetAfter(),
		First: int(m.GetFirst()), Act: m.GetAct(), Article: m.GetArticle(), Tag: m.GetTag(),
	})
	if err != nil {
		return nil, refuse(ctx, s.log, err)
	}
	return connect.NewResponse(&pb.ListRecordsResponse{Records: each(page.Records, wireRecord), Next: page.Next, Total: int64(page.Total)}), nil
}

func (s *server) ListVectorSets(ctx context.Context, _ *connect.Request[pb.ListVectorSetsRequest]) (*connect.Response[pb.ListVectorSetsResponse], error) {
	if s.vectors == nil {
		return nil, refuse(ctx, s.log, fail.New(fail.Unavailable, "this base does not tell of its vectors"))
	}
	sets, err := s.vectors.VectorSets(ctx)
	if err != nil {
		return nil, refuse(ctx, s.log, err)
	}
	return connect.NewResponse(&pb.ListVectorSetsResponse{Sets: each(sets, func(v knowledge.VectorSet) *pb.VectorSet {
		return &pb.VectorSet{
			Embedder: v.Embedder, Source: v.Source, Dimensions: int32(v.Dimensions), State: v.State, //nolint:gosec // at most embed.MaxDimensions
			Done: int64(v.Done), Total: int64(v.Total),
		}
	})}), nil
}

func (s *server) CheckReady(ctx context.Context, _ *connect.Request[pb.CheckReadyRequest]) (*connect.Response[pb.CheckReadyResponse], error) {
	if err := s.base.Ready(ctx); err != nil {
		return nil, refuse(ctx, s.log, err)
	}
	return connect.NewResponse(&pb.CheckReadyResponse{}), nil
}

// Import ends without an error when it can tell a summary: what was done until a failure is part of it.
func (s *server) Import(ctx context.Context, stream *connect.BidiStream[pb.ImportRequest, pb.ImportResponse]) error {
	first, err := stream.Receive()
	if err != nil {
		return err
	}
	o := first.GetOptions()
	if o == nil {
		return refuse(ctx, s.log, fail.New(fail.Invalid, "an import begins with its options"))
	}
	told, err := s.base.Import(ctx, &upload{stream: stream}, knowledge.ImportOptions{
		Format: o.GetFormat(), Name: o.GetName(), MaxProblems: int(o.GetMaxProblems()),
		Progress: func(p knowledge.ImportProgress) {
			_ = stream.Send(&pb.ImportResponse{News: &pb.ImportResponse_Progress{Progress: &pb.ImportProgress{
				Line: int64(p.Line), Records: int64(p.Records), Elapsed: durationpb.New(p.Elapsed),
			}}}) // a caller that is gone ends the import by its context
		},
	})
	if err != nil && ctx.Err() != nil {
		return refuse(ctx, s.log, err)
	}
	m := wireSummary(told)
	if err != nil {
		m.Failure = wireFailure(err)
		if m.Failure.GetCode() == string(fail.Internal) {
			s.log.ErrorContext(ctx, "an import has failed", "error", err)
		}
	}
	return stream.Send(&pb.ImportResponse{News: &pb.ImportResponse_Summary{Summary: m}})
}

// upload reads the file out of the stream.
type upload struct {
	stream *connect.BidiStream[pb.ImportRequest, pb.ImportResponse]
	rest   []byte
}

// Read is part of io.Reader. The end of the file is the end of the stream; a stream that breaks off is an error.
func (u *upload) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		m, err := u.stream.Receive()
		if errors.Is(err, io.EOF) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		u.rest = m.GetData()
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}
