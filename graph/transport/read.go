package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"ekc/internal/fail"
)

// request is one operation that a client asks for.
type request struct {
	params graphql.RawParams
	get    bool
	// token and address say who asks.
	token, address string
	// cleanup removes what an upload left on disk.
	cleanup func()
}

func (q *request) release() {
	if q.cleanup != nil {
		q.cleanup()
	}
}

// read takes the operation out of a request; status goes with the error.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) (in *request, status int, err error) {
	started := graphql.Now()
	switch {
	case r.Method == http.MethodGet:
		in, status, err = readURL(r)
	case h.isMultipart(r):
		if in, status, err = h.readMultipart(w, r); malformed(err) {
			h.o.Refused(r.Context(), "Upload", fail.CodeOf(err))
		}
	default:
		in, status, err = h.readJSON(w, r)
	}
	if err != nil {
		return nil, status, err
	}
	in.params.Headers = r.Header
	in.params.ReadTime = graphql.TraceTiming{Start: started, End: graphql.Now()}
	return in, 0, nil
}

// malformed reports whether an upload is not what a client of the API sends.
func malformed(err error) bool {
	code := fail.CodeOf(err)
	return code == fail.Invalid || code == fail.TooLarge || code == fail.Unauthenticated
}

func readURL(r *http.Request) (*request, int, error) {
	if byAccident(r) {
		return nil, http.StatusBadRequest, fail.New(fail.Invalid, "a GET from a page needs the header %s", preflightHeader)
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, http.StatusBadRequest, fail.New(fail.Invalid, "the query string is malformed")
	}
	in := &request{get: true}
	in.params.Query, in.params.OperationName = values.Get("query"), values.Get("operationName")
	for name, target := range map[string]*map[string]any{"variables": &in.params.Variables, "extensions": &in.params.Extensions} {
		text := values.Get(name)
		if text == "" {
			continue
		}
		if err := decode([]byte(text), target); err != nil {
			return nil, http.StatusBadRequest, fail.New(fail.Invalid, "%s is not a JSON object", name)
		}
	}
	return in, http.StatusBadRequest, complete(&in.params)
}

func (h *Handler) readJSON(w http.ResponseWriter, r *http.Request) (*request, int, error) {
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := params["charset"]
	if err != nil || mediaType != "application/json" || (charset != "" && !isUTF8(charset)) {
		return nil, http.StatusUnsupportedMediaType,
			fail.New(fail.Invalid, "send application/json in UTF-8, or multipart/form-data with a file")
	}
	deadline(w, h.o.BodyTimeout)
	most := h.maxBody(r.Context())
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	deadline(w, 0)
	if err != nil {
		return nil, bodyStatus(err), bodyError(err, most)
	}
	in := &request{}
	return in, http.StatusBadRequest, decodeParams(body, &in.params)
}

// decodeParams reads the JSON of one operation.
func decodeParams(body []byte, params *graphql.RawParams) error {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		return fail.New(fail.Invalid, "batches are not served: send one operation at a time")
	}
	var in struct {
		Query         *string        `json:"query"`
		OperationName *string        `json:"operationName"`
		Variables     map[string]any `json:"variables"`
		Extensions    map[string]any `json:"extensions"`
	}
	if err := decode(body, &in); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			return fail.New(fail.Invalid, "%s is of a wrong type", wrong.Field)
		}
		return fail.New(fail.Invalid, "the body is not the JSON object of a GraphQL request")
	}
	if in.Query != nil {
		params.Query = *in.Query
	}
	if in.OperationName != nil {
		params.OperationName = *in.OperationName
	}
	params.Variables, params.Extensions = in.Variables, in.Extensions
	return complete(params)
}

// complete refuses an operation without a text, unless it names a persisted one.
func complete(params *graphql.RawParams) error {
	if _, persisted := params.Extensions["persistedQuery"]; params.Query == "" && !persisted {
		return fail.New(fail.Invalid, "query is missing")
	}
	return nil
}

// decode reads one JSON value and nothing after it; numbers keep all their digits.
func decode(text []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// deadline bounds the reading of the body from now on; 0 lifts the bound. A writer that knows no deadlines has none.
func deadline(w http.ResponseWriter, within time.Duration) {
	var at time.Time
	if within > 0 {
		at = time.Now().Add(within)
	}
	_ = http.NewResponseController(w).SetReadDeadline(at)
}

func bodyStatus(err error) int {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

func bodyError(err error, most int64) error {
	if bodyStatus(err) == http.StatusRequestEntityTooLarge {
		return fail.New(fail.TooLarge, "the body is larger than %d bytes", most)
	}
	return fail.New(fail.Invalid, "the body could not be read")
}

func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}
