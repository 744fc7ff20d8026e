package media

import "testing"

// Other protocols that come to a media port: STUN (RFC 5389), DTLS (RFC 6347).
var (
	strangeSTUN = []byte{20, 0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	strangeDTLS = []byte{13, 0x16, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
)

// FuzzProtected feeds an encrypted leg with what its party has really sealed, whatever that is, and with what was changed on the way:
// random bytes alone would never pass the check of the key, and the code behind it would not be reached.
func FuzzProtected(f *testing.F) {
	f.Add(append(seedRTP(8, 1, frame(1)...), seedRTP(8, 2, frame(2)...)...), uint8(0), false)
	f.Add(append(seedRTP(101, 1, 5, 10, 0, 160), seedRTP(101, 2, 5, 0x8A, 1, 64)...), uint8(3), false)
	f.Add([]byte{8, 0x80, 201, 0, 1, 0, 0, 0, 1}, uint8(0), true)
	f.Add(append([]byte{52, 0x81, 200, 0, 12}, make([]byte, 48)...), uint8(1), true)
	f.Add(strangeSTUN, uint8(0), false)
	f.Add(strangeDTLS, uint8(0), true)
	f.Fuzz(func(t *testing.T, data []byte, damage uint8, control bool) {
		z := newFuzzed(t)
		l := z.legs[4]
		keys := testKeys(AES128SHA80, 3)
		keys.Inbound, keys.Outbound = keys.Outbound, keys.Inbound
		party, err := newCryptor(keys)
		if err != nil {
			t.Fatal(err)
		}
		seal := party.seal
		if control {
			seal = party.sealControl
		}
		for i := 0; len(data) > 1; i++ {
			n := min(int(data[0]), len(data)-1)
			packet := append([]byte(nil), data[1:1+n]...)
			data = data[1+n:]
			if sealed := seal(nil, packet); sealed != nil {
				packet = sealed
			}
			if damage != 0 && i%int(damage) == 0 && len(packet) > 0 {
				packet[int(damage)%len(packet)] ^= damage
			}
			z.thread.receive(l, control, packet, testAddress, false)
			z.thread.now += 20 * tick
			z.thread.wheel.advance(z.thread)
		}
		l.snapshot(z.thread)
	})
}
