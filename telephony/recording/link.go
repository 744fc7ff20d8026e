package recording

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// ContentType of every recording.
	ContentType = "audio/wav"
	// MaxLinkLife bounds how long a link may work.
	MaxLinkLife = time.Hour
)

// Signer makes and checks links that play one recording for one subject for a while, on every node that has the key.
type Signer struct {
	key   []byte
	clock func() time.Time
}

var (
	// ErrLink is returned for a token that is forged, damaged or too old.
	ErrLink = errors.New("not a valid link")
	// ErrExpired wraps ErrLink: the token was made here, and is too old.
	ErrExpired = fmt.Errorf("%w any more", ErrLink)
	// ErrWithdrawn wraps ErrNotFound: whom the link was made for may not listen any more.
	ErrWithdrawn = fmt.Errorf("%w by this account any more", ErrNotFound)
)

// NewSigner takes a secret of at least 32 bytes.
func NewSigner(key []byte, clock func() time.Time) (*Signer, error) {
	if len(key) < sha256.Size {
		return nil, fmt.Errorf("a link secret has at least %d bytes", sha256.Size)
	}
	return &Signer{key: append([]byte(nil), key...), clock: clock}, nil
}

// Claim is what a link says.
type Claim struct {
	RecordingID string
	// Subject is the account that the link was made for.
	Subject string
	Expires time.Time
}

var encoding = base64.RawURLEncoding.Strict()

// Sign makes a token that fits into the path of a URL. Give it only to who may listen. life is cut to MaxLinkLife.
func (s *Signer) Sign(recordingID, subject string, life time.Duration) string {
	expires := s.clock().Add(min(life, MaxLinkLife)).Unix()
	body := encoding.EncodeToString([]byte(recordingID)) + "." + encoding.EncodeToString([]byte(subject)) + "." +
		strconv.FormatInt(expires, 10)
	return body + "." + s.mac(body)
}

func (s *Signer) mac(body string) string {
	mac := hmac.New(sha256.New, s.key)
	_, _ = mac.Write([]byte("recording\n" + body)) // a hash never fails
	return encoding.EncodeToString(mac.Sum(nil))
}

// Check returns what a token says, ErrExpired, or ErrLink.
func (s *Signer) Check(token string) (Claim, error) {
	at := strings.LastIndexByte(token, '.')
	if at < 0 || !hmac.Equal([]byte(token[at+1:]), []byte(s.mac(token[:at]))) {
		return Claim{}, ErrLink
	}
	parts := strings.Split(token[:at], ".")
	if len(parts) != 3 {
		return Claim{}, ErrLink
	}
	id, idErr := encoding.DecodeString(parts[0])
	subject, subjectErr := encoding.DecodeString(parts[1])
	expires, expiresErr := strconv.ParseInt(parts[2], 10, 64)
	if errors.Join(idErr, subjectErr, expiresErr) != nil {
		return Claim{}, ErrLink
	}
	if s.clock().Unix() >= expires {
		return Claim{}, ErrExpired
	}
	return Claim{RecordingID: string(id), Subject: string(subject), Expires: time.Unix(expires, 0)}, nil
}

// Playable is a recording that may be played.
type Playable struct {
	// Key is its object; FileName what a browser saves it as; RecordedAt becomes Last-Modified.
	Key, FileName string
	RecordedAt    time.Time
}

// Find returns a recording for a claim whose signature holds. It checks that the subject may still listen and writes the
// audit; an error that wraps ErrNotFound, as ErrWithdrawn does, means 404, any other 503.
type Find func(ctx context.Context, c Claim) (Playable, error)

// Handler serves GET and HEAD of the token that follows prefix, with byte ranges (RFC 9110, section 14). Whatever is not
// a valid link is 404. refused, which may be nil, is told of links that nobody made and of those of who may not listen any more, before
// they are answered; a link whose time is over is neither.
func Handler(prefix string, s *Signer, storage Storage, find Find, refused func(*http.Request)) http.Handler {
	if refused == nil {
		refused = func(*http.Request) {}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		claim, err := s.Check(strings.TrimPrefix(r.URL.Path, prefix))
		if err != nil {
			if !errors.Is(err, ErrExpired) {
				refused(r)
			}
			http.NotFound(w, r)
			return
		}
		playable, err := find(r.Context(), claim)
		if err == nil {
			err = serve(w, r, storage, playable)
		}
		if errors.Is(err, ErrWithdrawn) {
			refused(r)
		}
		switch {
		case errors.Is(err, ErrNotFound):
			http.NotFound(w, r)
		case err != nil:
			http.Error(w, "try again later", http.StatusServiceUnavailable)
		}
	})
}

func serve(w http.ResponseWriter, r *http.Request, storage Storage, p Playable) error {
	object, err := storage.Open(r.Context(), p.Key)
	if err != nil {
		return err
	}
	defer object.Close()
	h := w.Header()
	h.Set("Content-Type", ContentType)
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": p.FileName}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r, "", p.RecordedAt, object)
	return nil
}
