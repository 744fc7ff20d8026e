package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"connectrpc.com/connect"

	"ekc/internal/fail"
	"ekc/knowledge"
	pb "ekc/knowledge/rpc/knowledgev1"
	"ekc/knowledge/rpc/knowledgev1/knowledgev1connect"
)

// How long a call may take when its caller sets no earlier deadline, tries included.
const (
	searchTime = 2 * time.Second
	readTime   = 5 * time.Second
	// adviceTime is added where a chat model may be asked.
	adviceTime = 5 * time.Second
)

// tries is how often a call that only reads is made while the service cannot be reached; the waits between double and vary.
const (
	tries     = 3
	firstWait = 40 * time.Millisecond
)

// chunk is how much of an imported file a message carries.
const chunk = 64 << 10

// ClientOptions make a Client.
type ClientOptions struct {
	// URL of the service, http or https, without a path.
	URL string
	// Secret that both sides share.
	Secret string
	// Transport carries the calls; nil: HTTP/2, over TLS for https.
	Transport http.RoundTripper
}

// Client is a knowledge.Service in another process. It needs no closing call to be safe, but Close gives its connections back.
type Client struct {
	rpc  knowledgev1connect.KnowledgeServiceClient
	http *http.Client
}

var (
	_ knowledge.Service       = (*Client)(nil)
	_ knowledge.VectorWatcher = (*Client)(nil)
)

// NewClient makes a client; it does not connect before it is used.
func NewClient(o ClientOptions) *Client {
	if o.Transport == nil {
		o.Transport = transport()
	}
	c := &http.Client{Transport: o.Transport}
	return &Client{http: c, rpc: knowledgev1connect.NewKnowledgeServiceClient(c, o.URL, connect.WithInterceptors(bearer(o.Secret)))}
}

// transport speaks HTTP/2 with and without TLS: an import needs both directions at once. A connection whose other end is gone is
// found by its pings.
func transport() *http.Transport {
	t := &http.Transport{
		Protocols: new(http.Protocols), IdleConnTimeout: 2 * time.Minute, TLSHandshakeTimeout: 5 * time.Second,
		HTTP2: &http.HTTP2Config{SendPingTimeout: 5 * time.Second, PingTimeout: 5 * time.Second},
	}
	t.Protocols.SetHTTP2(true)
	t.Protocols.SetUnencryptedHTTP2(true)
	return t
}

// Close gives the connections back.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// read makes a call that may be repeated, until it is answered or the time is over.
func read[Request, Response any](
	ctx context.Context, limit time.Duration, call func(context.Context, *connect.Request[Request]) (*connect.Response[Response], error), r *Request,
) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for attempt := 1; ; attempt++ {
		response, err := call(ctx, connect.NewRequest(r))
		if err == nil {
			return response.Msg, nil
		}
		if attempt == tries || connect.CodeOf(err) != connect.CodeUnavailable || !pause(ctx, attempt) {
			return nil, understand(ctx, err)
		}
	}
}

// pause waits before the next try; false: there is no time for one.
func pause(ctx context.Context, attempt int) bool {
	wait := firstWait << (attempt - 1)
	wait += rand.N(wait) //nolint:gosec // spreads the tries of many nodes
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return false
	}
	select {
	case <-time.After(wait):
		return true
	case <-ctx.Done():
		return false
	}
}

// Search is part of knowledge.Service.
func (c *Client) Search(ctx context.Context, q knowledge.Query) ([]knowledge.Hit, error) {
	if q.Limit < 0 || q.Limit > knowledge.MaxHits {
		return nil, fail.Field("limit", fail.Invalid, "must be 1 to %d", knowledge.MaxHits)
	}
	limit := searchTime
	if q.Advised {
		limit += adviceTime
	}
	r, err := read(ctx, limit, c.rpc.Search, wireQuery(q))
	return each(r.GetHits(), hit), err
}

// VectorSets is part of knowledge.VectorWatcher.
func (c *Client) VectorSets(ctx context.Context) ([]knowledge.VectorSet, error) {
	r, err := read(ctx, readTime, c.rpc.ListVectorSets, &pb.ListVectorSetsRequest{})
	return each(r.GetSets(), func(s *pb.VectorSet) knowledge.VectorSet {
		return knowledge.VectorSet{
			Embedder: s.GetEmbedder(), Source: s.GetSource(), Dimensions: int(s.GetDimensions()), State: s.GetState(),
			Done: int(s.GetDone()), Total: int(s.GetTotal()),
		}
	}), err
}

// Record is part of knowledge.Service.
func (c *Client) Record(ctx context.Context, id string) (knowledge.Record, error) {
	r, err := read(ctx, readTime, c.rpc.GetRecord, &pb.GetRecordRequest{Id: id})
	if err != nil {
		return knowledge.Record{}, err
	}
	return record(r.GetRecord()), nil
}

// RecordVersion is part of knowledge.Service.
func (c *Client) RecordVersion(ctx context.Context, versionID string) (knowledge.Version, error) {
	r, err := read(ctx, readTime, c.rpc.GetRecordVersion, &pb.GetRecordVersionRequest{VersionId: versionID})
	if err != nil {
		return knowledge.Version{}, err
	}
	return version(r.GetVersion()), nil
}

// Records is part of knowledge.Service.
func (c *Client) Records(ctx context.Context, f knowledge.RecordFilter) (knowledge.RecordPage, error) {
	if f.First < 0 || f.First > knowledge.MaxRecordsOnPage {
		return knowledge.RecordPage{}, fail.Field("first", fail.Invalid, "must be 1 to %d", knowledge.MaxRecordsOnPage)
	}
	r, err := read(ctx, readTime, c.rpc.ListRecords, &pb.ListRecordsRequest{
		Agency: f.Agency, Region: f.Region, Topic: f.Topic, Status: statuses[f.Status], Tag: f.Tag, Text: f.Text, After: f.After, Act: f.Act, Article: f.Article, First: int32(f.First), //nolint:gosec // checked above
	})
	if err != nil {
		return knowledge.RecordPage{}, err
	}
	return knowledge.RecordPage{Records: each(r.GetRecords(), record), Next: r.GetNext(), Total: int(r.GetTotal())}, nil
}

// Ready is part of knowledge.Service.
func (c *Client) Ready(ctx context.Context) error {
	_, err := read(ctx, readTime, c.rpc.CheckReady, &pb.CheckReadyRequest{})
	return err
}

// Import is part of knowledge.Service. It is not tried again by itself: the file has been read. Giving the same file again goes
// on where it stopped.
func (c *Client) Import(ctx context.Context, file io.Reader, opts knowledge.ImportOptions) (knowledge.ImportSummary, error) {
	call, cancel := context.WithCancel(ctx)
	defer cancel()
	stream := c.rpc.Import(call)
	unread := make(chan error, 1)
	go func() {
		if err := sendFile(stream, file, opts); err != nil {
			unread <- err
			cancel() // the service must not take what came for the whole file
		}
	}()
	got, err := receiveSummary(stream, opts.Progress)
	if err != nil {
		select {
		case err := <-unread:
			return knowledge.ImportSummary{}, err
		default:
			return knowledge.ImportSummary{}, understand(ctx, err)
		}
	}
	if got.GetFailure() != nil {
		err = failure(got.GetFailure())
	}
	return summary(got), err
}

type importStream = connect.BidiStreamForClient[pb.ImportRequest, pb.ImportResponse]

// sendFile sends options and file. It fails when the file cannot be read; that the stream broke is told by its other direction.
func sendFile(stream *importStream, file io.Reader, opts knowledge.ImportOptions) error {
	err := stream.Send(&pb.ImportRequest{Part: &pb.ImportRequest_Options{Options: &pb.ImportOptions{
		Format: opts.Format, Name: opts.Name, MaxProblems: int32(opts.MaxProblems), //nolint:gosec // a bound of a list
	}}})
	buffer := make([]byte, chunk)
	for err == nil {
		n, readErr := io.ReadFull(file, buffer)
		if n > 0 {
			err = stream.Send(&pb.ImportRequest{Part: &pb.ImportRequest_Data{Data: buffer[:n]}})
		}
		switch {
		case errors.Is(readErr, io.EOF), errors.Is(readErr, io.ErrUnexpectedEOF):
			_ = stream.CloseRequest() // a stream that broke here says so on its other side
			return nil
		case readErr != nil:
			return fmt.Errorf("read the import: %w", readErr)
		}
	}
	return nil
}

func receiveSummary(stream *importStream, progress func(knowledge.ImportProgress)) (*pb.ImportSummary, error) {
	defer func() { _ = stream.CloseResponse() }() // what it could say was said by Receive
	for {
		m, err := stream.Receive()
		if err != nil {
			return nil, err
		}
		if s := m.GetSummary(); s != nil {
			return s, nil
		}
		if p := m.GetProgress(); p != nil && progress != nil {
			progress(knowledge.ImportProgress{Line: int(p.GetLine()), Records: int(p.GetRecords()), Elapsed: p.GetElapsed().AsDuration()})
		}
	}
}
