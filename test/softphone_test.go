package test

import (
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/media"
)

// callPatience is how long a call may take to get somewhere.
const callPatience = 40 * time.Second

// softphone is baresip on a socket of its own, registered as the account; it answers by itself and sends a tone of 440 Hz.
func softphone(t *testing.T, registrar net.Addr, user, password string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, content []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	write("config", fmt.Appendf(nil, `sip_listen 127.0.0.1:0
audio_player aubridge,op
audio_source aufile,%s
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
net_interface 127.0.0.1
dns_server 127.0.0.1:53
module_path /usr/lib/baresip/modules
module stdio.so
module g711.so
module aufile.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app contact.so
module_app menu.so
`, filepath.Join(dir, "tone.wav")))
	write("accounts", fmt.Appendf(nil, "<sip:%[1]s:%[2]s@%[3]s;transport=udp>;answermode=auto;audio_codecs=PCMA/8000/1;regint=60;auth_user=%[1]s;auth_pass=%[2]s\n",
		user, password, registrar))
	write("contacts", nil)
	write("tone.wav", wave(sine(440, 60*media.SampleRate)))
	path, err := exec.LookPath("baresip")
	require.NoError(t, err, "scripts/setup.sh --with-tests installs it")
	phone := exec.Command(path, "-4", "-f", dir) //nolint:gosec,noctx // a program of the set-up; it is killed below
	input, err := phone.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, phone.Start())
	t.Cleanup(func() {
		_ = phone.Process.Kill()
		_ = phone.Wait()
		_ = input.Close()
	})
}

// carrierCalls lets SIPp call a number with a tone of 620 Hz for twelve seconds; the result comes when it has hung up.
func carrierCalls(t *testing.T, switchboard net.Addr, number string) <-chan error {
	t.Helper()
	dir := t.TempDir()
	scenario, err := os.ReadFile(filepath.Join("testdata", "carrier.xml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "carrier.xml"), scenario, 0o600))
	tone := make([]byte, 2*media.SampleRate)
	for i, s := range sine(620, len(tone)) {
		tone[i] = g711.EncodeALaw(s)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tone.al"), tone, 0o600))
	path, err := exec.LookPath("sipp")
	require.NoError(t, err, "scripts/setup.sh --with-tests installs it")
	caller := exec.Command(path, switchboard.String(), "-sf", "carrier.xml", "-s", number, "-i", "127.0.0.1", //nolint:gosec,noctx // as above
		"-m", "1", "-nostdin", "-timeout", "60s")
	caller.Dir = dir
	done := make(chan error, 1)
	require.NoError(t, caller.Start())
	go func() { done <- caller.Wait() }()
	t.Cleanup(func() { _ = caller.Process.Kill() })
	return done
}

func sine(hz float64, samples int) []int16 {
	out := make([]int16, samples)
	for i := range out {
		out[i] = int16(9000 * math.Sin(2*math.Pi*hz*float64(i)/media.SampleRate))
	}
	return out
}

// wave is a WAV file of 16-bit samples, mono.
func wave(samples []int16) []byte {
	data := make([]byte, 0, 2*len(samples))
	for _, s := range samples {
		data = binary.LittleEndian.AppendUint16(data, uint16(s))
	}
	head := []byte("RIFF....WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	binary.LittleEndian.PutUint32(head[4:], uint32(36+len(data)))
	head = binary.LittleEndian.AppendUint32(head, media.SampleRate)
	head = binary.LittleEndian.AppendUint32(head, 2*media.SampleRate)
	head = append(head, 2, 0, 16, 0)
	head = append(head, "data"...)
	return append(binary.LittleEndian.AppendUint32(head, uint32(len(data))), data...)
}

// loudness is the amplitude of a frequency in the loudest second of A-law samples.
func loudness(coded []byte, hz float64) float64 {
	most := 0.0
	for begin := 0; begin+media.SampleRate <= len(coded); begin += media.SampleRate / 4 {
		var re, im float64
		for i, b := range coded[begin : begin+media.SampleRate] {
			s, angle := float64(g711.DecodeALaw(b)), 2*math.Pi*hz*float64(i)/media.SampleRate
			re, im = re+s*math.Cos(angle), im+s*math.Sin(angle)
		}
		most = max(most, 2*math.Hypot(re, im)/media.SampleRate)
	}
	return most
}
