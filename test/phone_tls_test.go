package test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/config"
)

// secureCarrier is where the carrier that speaks TLS is.
const secureCarrier = "127.0.0.6"

// A carrier whose signalling is TLS and whose sound is SRTP with keys by SDES: a call is answered, both hear each other, and the recording has
// each on their own channel. Without encryption of the sound it is refused.
func secureTrunk(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	operator := d.people[0].ready()
	d.admin.do("trunkCreate", "TrunkCreateInput", map[string]any{"settings": map[string]any{
		"name": "Защищённая линия", "proxy": secureCarrier + ":5061", "sources": []string{secureCarrier}, "transport": "TLS",
		"srtp": "REQUIRED", "keepAliveSeconds": 0, "preference": 500,
	}})
	way := passage(t, c.app.PhoneTLSAddr(), secureCarrier)
	telephone := func(number, account string, modules ...string) *caller {
		return &caller{desk: d, number: number, device: newDevice(t, deviceOptions{
			user: number, address: secureCarrier, tone: hzCitizen, transport: "tls", account: account, modules: modules,
		})}
	}
	open := telephone("+380447770061", "")
	for over := time.Now().Add(callPatience); ; {
		open.dials(d.number, way, "")
		e := open.await("CALL_CLOSED", "CALL_ESTABLISHED")
		if e.Type == "CALL_CLOSED" && len(e.Param) > 2 && e.Param[:3] == "488" {
			break
		}
		require.True(t, time.Now().Before(over), "%s", open.told())
		open.hangUp() // the trunk is known a moment after it was made
	}

	citizen := telephone("+380447770062", ";mediaenc=srtp-mand", "srtp")
	citizen.dials(d.number, way, "")
	citizen.await("CALL_ESTABLISHED")
	citizen.seen()
	operator.phone.picksUp()
	d.state(citizen.id, "ACTIVE")
	citizen.hears(hzOperator)
	operator.phone.hears(hzCitizen)
	c.overTrunk(t, citizen.number)
	operator.do("interactionHold", "InteractionInput", onInteraction(citizen.id))
	citizen.hearsMusic()
	operator.do("interactionResume", "InteractionInput", onInteraction(citizen.id))
	citizen.hears(hzOperator)
	citizen.leaves()
	operator.phone.await("CALL_CLOSED")
	d.state(citizen.id, "WRAP_UP")
	said, heard := d.supervisor.recording(citizen.id)
	require.Greater(t, loudness(said, hzCitizen), 3000.0)
	require.Less(t, loudness(said, hzOperator), 300.0)
	require.Greater(t, loudness(heard, hzOperator), 3000.0)
	require.Less(t, loudness(heard, hzCitizen), 300.0)
}

// passage is what lies between a carrier and the centre: it passes bytes on as they are, from the carrier's address. baresip itself calls from
// whichever address the system chooses.
func passage(t *testing.T, centre net.Addr, from string) net.Addr {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a socket of this machine
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var ends sync.WaitGroup
	pass := func(near net.Conn) {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		far, err := dialer.DialContext(ctx, "tcp", centre.String())
		if err != nil {
			_ = near.Close()
			return
		}
		shut := func() { _ = near.Close(); _ = far.Close() }
		defer context.AfterFunc(ctx, shut)()
		var both sync.WaitGroup
		for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
			both.Go(func() {
				_, _ = io.Copy(way[0], way[1])
				shut()
			})
		}
		both.Wait()
	}
	ends.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			ends.Go(func() { pass(near) })
		}
	})
	t.Cleanup(func() {
		cancel()
		_ = listener.Close()
		ends.Wait()
	})
	return listener.Addr()
}

// withTLS lets a node speak SIP over TLS, on a port of the system's choice.
func withTLS(t *testing.T) func(*config.Config) {
	t.Helper()
	certificate, key := selfSigned(t, "127.0.0.1")
	files := config.SIPTLS{Addr: "127.0.0.1:0", Cert: certificate, Key: key}
	return func(c *config.Config) { c.SIPTLS = files }
}

// selfSigned writes a certificate of an address and its key as PEM files.
func selfSigned(t *testing.T, address string) (certificateFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: address}, IPAddresses: []net.IP{net.ParseIP(address)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	folder := t.TempDir()
	written := func(name, kind string, der []byte) string {
		file := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return file
	}
	return written("certificate.pem", "CERTIFICATE", certificate), written("key.pem", "PRIVATE KEY", secret)
}
