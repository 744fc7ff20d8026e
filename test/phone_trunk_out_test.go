package test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/config"
)

// What README says of pointing a trunk at EKC, and the way out over it: a carrier with TLS and SRTP whose certificate the centre checks is called
// by an operator, both hear each other and each is on their own channel of the recording. The trunk's status tells whether the carrier answers.
func TestTrunkIsPointedAtTheCentre(t *testing.T) {
	t.Parallel()
	certificate, key := selfSigned(t, secureCarrier)
	citizen := newDevice(t, deviceOptions{
		user: calledCitizen, address: secureCarrier, tone: hzCitizen, transport: "tls", account: ";mediaenc=srtp-mand;answermode=auto",
		modules: []string{"srtp"}, certificate: joined(t, certificate, key),
	})
	n := newStore(t).start(t, withTLS(t), func(c *config.Config) { c.SIPTLS.CA = certificate })
	admin, operator, supervisor := n.as("admin"), n.as("operator1"), n.as("supervisor")
	admin.do("trunkUpdate", "TrunkUpdateInput", map[string]any{"trunkId": admin.trunk(), "settings": map[string]any{"active": false}})
	admin.do("trunkCreate", "TrunkCreateInput", map[string]any{"settings": map[string]any{
		"name": "Оператор связи", "proxy": citizen.secureAddress(t, certificate), "sources": []string{secureCarrier}, "transport": "TLS",
		"srtp": "REQUIRED", "keepAliveSeconds": 5,
	}})
	soon(t, "the carrier answers", func() bool { return admin.reachable("Оператор связи") })

	phone := newDevice(t, deviceOptions{
		user: "operator1", password: demoPassword, registrar: n.app.PhoneAddr().String(), address: "127.0.0.1", tone: hzOperator,
	})
	soon(t, "the softphone is registered", func() bool { return admin.devices(operator.me()) > 0 })
	ask[any](operator, "mutation { presenceSet(input: { state: AVAILABLE }) { presence { state } } }", nil)
	dialled := mutate[struct {
		Interaction *struct{ ID string }
		UserErrors  []userError
	}](operator, "callDial", "CallDialInput", "interaction { id }", map[string]any{"number": calledCitizen})
	require.Empty(t, dialled.UserErrors)
	phone.picksUp()
	citizen.await("CALL_ESTABLISHED")
	phone.hears(hzCitizen)
	citizen.hears(hzOperator)
	phone.hangUp()
	citizen.await("CALL_CLOSED")
	said, heard := supervisor.recording(dialled.Interaction.ID)
	require.Greater(t, loudness(said, hzCitizen), 3000.0)
	require.Less(t, loudness(said, hzOperator), 300.0)
	require.Greater(t, loudness(heard, hzOperator), 3000.0)
	require.Less(t, loudness(heard, hzCitizen), 300.0)

	citizen.close()
	soon(t, "the carrier is gone", func() bool { return !admin.reachable("Оператор связи") })
}

// calledCitizen is a number that the centre calls.
const calledCitizen = "+74951234567"

// reachable tells what the status of a trunk says.
func (c *client) reachable(name string) bool {
	c.t.Helper()
	for _, trunk := range ask[struct {
		Trunks []struct {
			Name   string
			Status []struct{ Reachable bool }
		}
	}](c, "{ trunks { name status { reachable } } }", nil).Trunks {
		if trunk.Name == name && len(trunk.Status) == 1 {
			return trunk.Status[0].Reachable
		}
	}
	return false
}

// secureAddress is where the device takes calls over TLS: of its sockets, the one that speaks it.
func (d *device) secureAddress(t *testing.T, certificate string) (address string) {
	t.Helper()
	roots := x509.NewCertPool()
	text, err := os.ReadFile(certificate)
	require.NoError(t, err)
	require.True(t, roots.AppendCertsFromPEM(text))
	for _, address := range listeners(d.process.Process.Pid, netip.MustParseAddr(secureCarrier)) {
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", address, &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
		if err == nil {
			_ = conn.Close()
			return address
		}
	}
	require.Fail(t, "the device does not speak TLS", "%s", d.told())
	return ""
}

// joined writes several files into one.
func joined(t *testing.T, files ...string) string {
	t.Helper()
	var all []byte
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		all = append(all, text...)
	}
	whole := filepath.Join(t.TempDir(), "whole.pem")
	require.NoError(t, os.WriteFile(whole, all, 0o600))
	return whole
}
