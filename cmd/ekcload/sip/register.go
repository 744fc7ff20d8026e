package sip

import (
	"context"
	"crypto/md5" //nolint:gosec // RFC 7616 has it for the phones that know nothing else
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Register tells the server that the phone is here, for so long; zero takes it away. It answers one challenge.
func (p *Peer) Register(ctx context.Context, user, realm, password string, expires time.Duration) error {
	uri := "sip:" + p.server.String()
	self := "<sip:" + user + "@" + realm + ">"
	id, tag := token()+"@"+p.local, token()
	authorization := ""
	for try := 1; ; try++ {
		m := p.newRequest("REGISTER", uri, self+";tag="+tag, self, id, try)
		m.Add("Contact", "<sip:"+user+"@"+p.local+">")
		m.Add("Expires", strconv.Itoa(int(expires.Seconds())))
		if authorization != "" {
			m.Add("Authorization", authorization)
		}
		answer, err := p.ask(ctx, m)
		switch {
		case err != nil:
			return err
		case answer.Status == 401 && try == 1:
			if authorization, err = authorize(answer.Get("WWW-Authenticate"), "REGISTER", uri, user, password); err != nil {
				return err
			}
		case answer.Status >= 300:
			return fmt.Errorf("sip: %s is not registered: %d %s", user, answer.Status, answer.Reason)
		default:
			return nil
		}
	}
}

// ask waits for the final response to a request.
func (p *Peer) ask(ctx context.Context, m *Message) (*Message, error) {
	type result struct {
		answer *Message
		err    error
	}
	done := make(chan result, 1)
	p.mu.Lock()
	p.send(m, func(answer *Message, err error) { done <- result{answer, err} })
	p.mu.Unlock()
	select {
	case r := <-done:
		return r.answer, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// authorize answers a digest challenge with MD5 and qop=auth (RFC 7616 §3.4).
func authorize(challenge, method, uri, user, password string) (string, error) {
	realm, nonce := quoted(challenge, "realm"), quoted(challenge, "nonce")
	if !strings.HasPrefix(challenge, "Digest ") || nonce == "" {
		return "", fmt.Errorf("sip: no digest challenge: %q", challenge)
	}
	if algorithm := quoted(challenge, "algorithm"); algorithm != "" && !strings.EqualFold(algorithm, "MD5") {
		return "", fmt.Errorf("sip: challenge with %s: let the server ask for MD5", algorithm)
	}
	const count = "00000001"
	cnonce := token()
	response := sum(sum(user+":"+realm+":"+password) + ":" + nonce + ":" + count + ":" + cnonce + ":auth:" + sum(method+":"+uri))
	text := fmt.Sprintf(`Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s", algorithm=MD5, qop=auth, nc=%s, cnonce="%s"`,
		user, realm, nonce, uri, response, count, cnonce)
	if opaque := quoted(challenge, "opaque"); opaque != "" {
		text += `, opaque="` + opaque + `"`
	}
	return text, nil
}

func sum(text string) string {
	s := md5.Sum([]byte(text)) //nolint:gosec // as above
	return hex.EncodeToString(s[:])
}

// quoted is a parameter of a challenge, without its quotation marks.
func quoted(challenge, name string) string {
	_, rest, ok := strings.Cut(strings.ToLower(challenge), strings.ToLower(name)+"=")
	if !ok {
		return ""
	}
	rest = challenge[len(challenge)-len(rest):]
	if strings.HasPrefix(rest, `"`) {
		value, _, _ := strings.Cut(rest[1:], `"`)
		return value
	}
	value, _, _ := strings.Cut(rest, ",")
	return strings.TrimSpace(value)
}
