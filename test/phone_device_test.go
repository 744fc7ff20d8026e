package test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

// callPatience is how long a call may take to get somewhere.
const callPatience = 40 * time.Second

// deviceOptions say what a device is.
type deviceOptions struct {
	// user is the SIP user; one with a password registers with the registrar and is found there.
	user, password string
	registrar      string
	// address is where it is on this machine; the network 127.0.0.0/8 has many.
	address string
	// tone is the frequency that its microphone hears.
	tone float64
	// speech is what it hears instead, 16 bit at 8 kHz, again and again.
	speech []int16
	// transport is udp, unless another one is named.
	transport string
	// account are further parameters of its account, such as ;answermode=auto.
	account string
	modules []string
	// codecs are those of its account; PCMA when there are none.
	codecs string
	// certificate is a PEM file with the certificate and key by which it is called over TLS.
	certificate string
}

// device is baresip: a phone, or the telephone of a citizen behind a carrier. It is driven over its control socket, and what it
// hears is in a file that it writes.
type device struct {
	t       *testing.T
	dir     string
	process *exec.Cmd
	control net.Conn

	mu     sync.Mutex
	events []deviceEvent
	seen   int
	said   *output
}

// deviceEvent is what baresip tells of a call or a registration.
type deviceEvent struct {
	Event bool   `json:"event"`
	Type  string `json:"type"`
	Class string `json:"class"`
	Param string `json:"param"`
	Peer  string `json:"peeruri"`
}

// newDevice starts a device; one with a password registers by itself.
func newDevice(t *testing.T, o deviceOptions) *device {
	t.Helper()
	d := &device{t: t, dir: t.TempDir(), said: &output{}}
	d.configure(o)
	path, err := exec.LookPath("baresip")
	require.NoError(t, err, "scripts/setup.sh --with-tests installs it")
	d.process = exec.Command(path, "-4", "-f", d.dir) //nolint:gosec,noctx // a program of the set-up; it is killed below
	d.process.Stdout, d.process.Stderr = d.said, d.said
	require.NoError(t, d.process.Start())
	t.Cleanup(d.close)
	address := ""
	require.Eventually(t, func() bool {
		for _, address = range listeners(d.process.Process.Pid, controlAddress) {
			return true
		}
		return false
	}, callPatience, 20*time.Millisecond, "baresip listens for commands")
	d.control, err = net.Dial("tcp", address) //nolint:noctx // a socket of this machine
	require.NoError(t, err)
	go d.listen(d.control)
	return d
}

// controlAddress is where baresip takes commands; its SIP sockets are elsewhere.
var controlAddress = netip.MustParseAddr("127.0.0.99")

func (d *device) configure(o deviceOptions) {
	d.t.Helper()
	write := func(name string, content []byte) {
		require.NoError(d.t, os.WriteFile(filepath.Join(d.dir, name), content, 0o600))
	}
	var modules strings.Builder
	for _, name := range append([]string{"g711", "aufile", "aubridge", "sndfile"}, o.modules...) {
		fmt.Fprintf(&modules, "module %s.so\n", name)
	}
	certificate := ""
	if o.certificate != "" {
		certificate = "sip_certificate " + o.certificate + "\n"
	}
	write("config", fmt.Appendf(nil, `%[6]ssip_listen %[1]s:0
audio_player aubridge,op
audio_source aufile,%[2]s
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
net_interface %[1]s
dns_server 127.0.0.1:53
call_max_calls 8
module_path /usr/lib/baresip/modules
%[3]smodule_tmp uuid.so
module_tmp account.so
module_app contact.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen %[4]s:0
snd_path %[5]s
`, o.address, filepath.Join(d.dir, "tone.wav"), modules.String(), controlAddress, d.dir, certificate))
	write("accounts", []byte(o.line()+"\n"))
	write("contacts", nil)
	sound := o.speech
	if sound == nil {
		sound = sine(o.tone, 120*media.SampleRate)
	}
	write("tone.wav", wave(sound))
}

// line is the account as baresip reads it.
func (o deviceOptions) line() string {
	transport, codecs := o.transport, o.codecs
	if transport == "" {
		transport = "udp"
	}
	if codecs == "" {
		codecs = "PCMA/8000/1"
	}
	if o.password == "" {
		return fmt.Sprintf("<sip:%s@%s;transport=%s>;regint=0;audio_codecs=%s%s", o.user, o.address, transport, codecs, o.account)
	}
	return fmt.Sprintf("<sip:%[1]s:%[2]s@%[3]s;transport=%[4]s>;regint=60;audio_codecs=%[6]s;auth_user=%[1]s;auth_pass=%[2]s%[5]s",
		o.user, o.password, o.registrar, transport, o.account, codecs)
}

// listeners finds where a process listens for TCP, at one IP address of this machine.
func listeners(pid int, at netip.Addr) (found []string) {
	ip := at.As4()
	want := fmt.Sprintf("%08X:", binary.LittleEndian.Uint32(ip[:]))
	table, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/tcp", pid))
	if err != nil {
		return nil
	}
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		return nil
	}
	open := map[string]bool{}
	for _, f := range files {
		if target, err := os.Readlink(f); err == nil {
			open[target] = true
		}
	}
	for _, line := range strings.Split(string(table), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 10 || !strings.HasPrefix(fields[1], want) || fields[3] != "0A" || !open["socket:["+fields[9]+"]"] {
			continue
		}
		if port, err := strconv.ParseUint(strings.TrimPrefix(fields[1], want), 16, 16); err == nil {
			found = append(found, netip.AddrPortFrom(at, uint16(port)).String())
		}
	}
	return found
}

// listen keeps what baresip tells. A message is a netstring of JSON.
func (d *device) listen(from net.Conn) {
	r := bufio.NewReader(from)
	for {
		length, err := r.ReadString(':')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSuffix(length, ":"))
		if err != nil {
			return
		}
		text := make([]byte, n+1)
		for read := 0; read < len(text); {
			m, err := r.Read(text[read:])
			if err != nil {
				return
			}
			read += m
		}
		var e deviceEvent
		if json.Unmarshal(text[:n], &e) != nil || !e.Event {
			continue
		}
		d.mu.Lock()
		d.events = append(d.events, e)
		d.mu.Unlock()
	}
}

// tell gives a command.
func (d *device) tell(command, parameters string) {
	d.t.Helper()
	text, err := json.Marshal(map[string]string{"command": command, "params": parameters})
	require.NoError(d.t, err)
	_, err = fmt.Fprintf(d.control, "%d:%s,", len(text), text)
	require.NoError(d.t, err)
}

// await waits for the next event of one of these types; those before it are passed over.
func (d *device) await(kinds ...string) deviceEvent {
	d.t.Helper()
	var found deviceEvent
	require.Eventually(d.t, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		for i := d.seen; i < len(d.events); i++ {
			if slices.Contains(kinds, d.events[i].Type) {
				found, d.seen = d.events[i], i+1
				return true
			}
		}
		return false
	}, callPatience, 20*time.Millisecond, "%v does not come: %+v\n%s", kinds, d.told(), d.said)
	return found
}

// told is everything that was told so far, lazily, for messages.
func (d *device) told() fmt.Stringer { return (*toldSoFar)(d) }

type toldSoFar device

func (d *toldSoFar) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprintf("%+v", d.events)
}

// times counts the events of a type since the device was started.
func (d *device) times(kind string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, e := range d.events {
		if e.Type == kind {
			n++
		}
	}
	return n
}

// dials calls an address of the switchboard.
func (d *device) dials(number string, switchboard net.Addr, parameters string) {
	d.t.Helper()
	d.tell("dial", "sip:"+number+"@"+switchboard.String()+parameters)
}

// press presses keys, by RFC 4733.
func (d *device) press(keys string) {
	d.t.Helper()
	for _, k := range keys {
		d.tell("sndcode", string(k))
	}
}

// pressesUntil presses a key every two seconds, as people do who are asked something, until an event comes.
func (d *device) pressesUntil(key, kind string) {
	d.t.Helper()
	before, pressed := d.times(kind), time.Time{}
	require.Eventually(d.t, func() bool {
		if time.Since(pressed) > 2*time.Second {
			d.press(key)
			pressed = time.Now()
		}
		return d.times(kind) > before
	}, callPatience, 50*time.Millisecond, "%s does not come", kind)
}

func (d *device) hangUp() { d.tell("hangup", "") }

// picksUp waits for a call and answers it.
func (d *device) picksUp() {
	d.t.Helper()
	d.await("CALL_INCOMING")
	d.tell("accept", "")
	d.await("CALL_ESTABLISHED")
}

// vanish ends the device as a lost network does: it says nothing to anybody.
func (d *device) vanish() {
	_ = d.process.Process.Kill()
}

// close ends the device, which says goodbye to whom it talks with if it still can.
func (d *device) close() {
	if d.control != nil {
		text := `{"command":"quit"}`
		_, _ = fmt.Fprintf(d.control, "%d:%s,", len(text), text) // it may have ended
		_ = d.control.Close()
	}
	ended := make(chan struct{})
	go func() {
		_ = d.process.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		_ = d.process.Process.Kill()
		<-ended
	}
	if d.t.Failed() {
		d.t.Logf("%s was told %s", d.process.Args, d.told())
	}
}

// heard is what the device has heard in the present call, 16 bit at 8 kHz, from a byte on.
func (d *device) heard() []byte {
	files, _ := filepath.Glob(filepath.Join(d.dir, "dump-*-dec.wav"))
	newest, at := "", time.Time{}
	for _, f := range files {
		if i, err := os.Stat(f); err == nil && i.ModTime().After(at) {
			newest, at = f, i.ModTime()
		}
	}
	if newest == "" {
		return nil
	}
	file, err := os.ReadFile(newest)
	if err != nil {
		return nil
	}
	_, sound, _ := bytes.Cut(file, []byte("data"))
	if len(sound) < 4 {
		return nil
	}
	if channels := int(binary.LittleEndian.Uint16(file[22:])); channels > 1 { // of Opus, which has 48 kHz
		return oneChannel(sound[4:], 2*channels, int(binary.LittleEndian.Uint32(file[24:]))/media.SampleRate)
	}
	return sound[4:]
}

// oneChannel takes the first channel of sound, and of it one sample of so many.
func oneChannel(sound []byte, size, every int) (out []byte) {
	for i := 0; i+size <= len(sound); i += size * every {
		out = append(out, sound[i], sound[i+1])
	}
	return out
}

// changes waits until the device has decoded so many times what is not the codec of before. baresip keeps nothing of what it hears after that.
func (d *device) changes(codec string, times int) {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		return strings.Count(d.said.String(), "Set audio decoder: "+codec) >= times
	}, callPatience, 50*time.Millisecond, "%s does not come", codec)
}
