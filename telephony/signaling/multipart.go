package signaling

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"ekc/telephony/signaling/wire"
)

// unpack replaces a multipart body by its session description, as carriers send it beside ISUP (RFC 5621, RFC 3372).
func unpack(m *wire.Message) {
	_, params, err := mime.ParseMediaType(m.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return
	}
	parts := multipart.NewReader(bytes.NewReader(m.Body), params["boundary"])
	for range 8 {
		part, err := parts.NextRawPart()
		if err != nil {
			return
		}
		mediaType, _, _ := strings.Cut(part.Header.Get("Content-Type"), ";")
		if !strings.EqualFold(strings.TrimSpace(mediaType), "application/sdp") {
			continue
		}
		body, err := io.ReadAll(part)
		if err != nil {
			return
		}
		m.Set("Content-Type", "application/sdp")
		m.Body = body
		return
	}
}
