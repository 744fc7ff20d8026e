package browser

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/transport/v4/packetio"
)

// dtlsQueue bounds the bytes of DTLS that wait for the handshake.
const dtlsQueue = 64 << 10

// errFingerprint refuses a certificate that the offer did not announce (RFC 8122 §5).
var errFingerprint = errors.New("the browser's certificate is not that of its offer")

// wire is what ICE has connected. Its reader sorts packets to DTLS, which reads them here as from a socket, and to the session.
type wire struct {
	*ice.Conn
	handshake *packetio.Buffer
}

func newWire(c *ice.Conn) *wire {
	b := packetio.NewBuffer()
	b.SetLimitSize(dtlsQueue)
	return &wire{c, b}
}

// read sorts packets until ICE ends.
func (s *Session) read() {
	b := make([]byte, maxPacket)
	for {
		n, err := s.wire.Conn.Read(b)
		if err != nil {
			_ = s.wire.handshake.Close()
			return
		}
		switch {
		case isSound(b[:n]):
			s.receive(b[:n])
		case n > 0 && b[0] >= 20 && b[0] <= 63: // RFC 7983 §7
			_, _ = s.wire.handshake.Write(b[:n]) // a full queue drops it, and it is sent again
		}
	}
}

// dtlsConn is the wire as DTLS sees it.
type dtlsConn struct {
	net.Conn
	queue *packetio.Buffer
}

func (c dtlsConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := c.queue.Read(b)
	return n, c.RemoteAddr(), err
}

func (c dtlsConn) WriteTo(b []byte, _ net.Addr) (int, error) { return c.Conn.Write(b) }

// RemoteAddr is never nil, which the path's may be for a moment.
func (c dtlsConn) RemoteAddr() net.Addr { return &net.UDPAddr{} }

// SetDeadline, SetReadDeadline and SetWriteDeadline keep DTLS's deadlines from ICE's, where sound is read too.
func (c dtlsConn) SetDeadline(t time.Time) error     { return c.queue.SetReadDeadline(t) }
func (c dtlsConn) SetReadDeadline(t time.Time) error { return c.queue.SetReadDeadline(t) }
func (dtlsConn) SetWriteDeadline(time.Time) error    { return nil }

// Close ends DTLS, and not ICE below it.
func (c dtlsConn) Close() error { return c.queue.Close() }

// encrypt makes the keys, and then waits for the browser's goodbye. It runs from the first connection of ICE to the session's end.
func (s *Session) encrypt(ctx context.Context) {
	client := s.setup != "active"
	connection, err := s.shake(ctx, client)
	if err != nil {
		s.input(inBroken, "the encryption failed: "+err.Error())
		return
	}
	defer connection.Close()
	c, err := newCipher(connection, client)
	if err != nil {
		s.input(inBroken, "the encryption failed: "+err.Error())
		return
	}
	s.cipher.Store(c)
	s.keyed()
	said := make(chan struct{}) // closed with our goodbye, which is on its way when Read has ended already
	stop := context.AfterFunc(ctx, func() {
		defer close(said)
		_ = connection.Close()
	})
	defer func() {
		if !stop() {
			<-said
		}
	}()
	b := make([]byte, 1<<10)
	for {
		if _, err := connection.Read(b); err != nil {
			s.input(inLeft, "")
			return
		}
	}
}

func (s *Session) shake(ctx context.Context, client bool) (*dtls.Conn, error) {
	options := []dtls.Option{
		dtls.WithCertificates(s.certificate), dtls.WithSRTPProtectionProfiles(profiles...),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret), dtls.WithInsecureSkipVerify(true),
		dtls.WithVerifyPeerCertificate(s.verify), dtls.WithLoggerFactory(s.gateway.logs),
	}
	var connection *dtls.Conn
	var err error
	under := dtlsConn{s.wire.Conn, s.wire.handshake}
	if client {
		all := make([]dtls.ClientOption, len(options))
		for i, o := range options {
			all[i] = o
		}
		connection, err = dtls.ClientWithOptions(under, under.RemoteAddr(), all...)
	} else {
		all := []dtls.ServerOption{dtls.WithClientAuth(dtls.RequireAnyClientCert)}
		for _, o := range options {
			all = append(all, o)
		}
		connection, err = dtls.ServerWithOptions(under, under.RemoteAddr(), all...)
	}
	if err != nil {
		return nil, err
	}
	if err := connection.HandshakeContext(ctx); err != nil {
		_ = connection.Close()
		return nil, err
	}
	return connection, nil
}

// verify compares the browser's certificate with the offer's fingerprint: that is all its identity.
func (s *Session) verify(certificates [][]byte, _ [][]*x509.Certificate) error {
	if len(certificates) == 0 {
		return errFingerprint
	}
	algorithm, announced, _ := strings.Cut(s.terms.fingerprint, " ")
	if fingerprint(algorithm, certificates[0]) != announced {
		return errFingerprint
	}
	return nil
}

// fingerprint gives a certificate's, in hexadecimal with colons.
func fingerprint(algorithm string, certificate []byte) string {
	var sum []byte
	switch algorithm {
	case "sha-256":
		s := sha256.Sum256(certificate)
		sum = s[:]
	case "sha-384":
		s := sha512.Sum384(certificate)
		sum = s[:]
	case "sha-512":
		s := sha512.Sum512(certificate)
		sum = s[:]
	}
	var b strings.Builder
	for i := range sum {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(strings.ToUpper(hex.EncodeToString(sum[i : i+1])))
	}
	return b.String()
}

// ours is the fingerprint in our answers.
func ours(c tls.Certificate) string { return "sha-256 " + fingerprint("sha-256", c.Certificate[0]) }
