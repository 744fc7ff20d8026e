package recording

import "encoding/binary"

// interleave lays the samples of two channels, of size bytes each, side by side until frames is full; a channel that ends before goes on
// in silence. Channels of 8-bit samples, as nearly all calls have them, are laid four samples at a time: the writer does this for every
// byte of every recording.
func interleave(frames, left, right []byte, size int, silence byte) {
	left, right = left[:len(left)/size*size], right[:len(right)/size*size]
	i := 0 // bytes of a channel that are laid
	if size == 1 {
		for end := min(len(left), len(right), len(frames)/channels) - 3; i < end; i += 4 {
			l, r := spread(binary.LittleEndian.Uint32(left[i:])), spread(binary.LittleEndian.Uint32(right[i:]))
			binary.LittleEndian.PutUint64(frames[channels*i:], l|r<<8)
		}
	}
	for ; channels*i < len(frames); i += size {
		layOne(frames[channels*i:], left, i, size, silence)
		layOne(frames[channels*i+size:], right, i, size, silence)
	}
}

// layOne lays the sample that begins at byte i of a channel.
func layOne(frame, channel []byte, i, size int, silence byte) {
	for n := range size {
		frame[n] = silence
		if i+n < len(channel) {
			frame[n] = channel[i+n]
		}
	}
}

// spread puts the four bytes of v into every second byte.
func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000_ffff_0000_ffff
	return (x | x<<8) & 0x00ff_00ff_00ff_00ff
}
