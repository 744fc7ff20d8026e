package media

// poolChunks bounds the chunks that wait for their next use: 32 MB.
const poolChunks = 1024

// chunkPool keeps released chunks of all recordings.
type chunkPool struct{ free chan *Chunk }

func newChunkPool() *chunkPool { return &chunkPool{make(chan *Chunk, poolChunks)} }

// get takes a chunk, a new one when none is free; it never waits.
func (p *chunkPool) get() *Chunk {
	select {
	case c := <-p.free:
		return c
	default:
		return &Chunk{buf: make([]byte, ChunkBytes), pool: p}
	}
}

func (p *chunkPool) put(c *Chunk) {
	select {
	case p.free <- c:
	default: // enough are kept: the garbage collector has it
	}
}

// shape makes c an empty stretch of silence.
func (c *Chunk) shape(first int64, samples int, format SampleFormat) {
	size := samples * format.BytesPerSample()
	c.First, c.Samples, c.Format, c.Paused = first, samples, format, false
	c.Said, c.Heard = c.buf[:size:size], c.buf[ChunkBytes/2:ChunkBytes/2+size:ChunkBytes/2+size]
	silence := byte(0)
	switch format {
	case FormatALaw:
		silence = PCMA.silence()
	case FormatMuLaw:
		silence = PCMU.silence()
	case FormatAuto, FormatPCM16:
	}
	fillBytes(c.Said, silence)
	copy(c.Heard, c.Said)
}

// fillBytes sets every byte of b to v, by doubling copies: the media thread does it for each chunk of each recording.
func fillBytes(b []byte, v byte) {
	if len(b) == 0 {
		return
	}
	b[0] = v
	for n := 1; n < len(b); n *= 2 {
		copy(b[n:], b[:n])
	}
}

// cut shortens c to its first samples.
func (c *Chunk) cut(samples int) {
	size := samples * c.Format.BytesPerSample()
	c.Samples, c.Said, c.Heard = samples, c.Said[:size], c.Heard[:size]
}

// write codes payload into channel at sample offset; it must fit.
func (c *Chunk) write(channel []byte, offset int, payload []byte, codec Codec) {
	switch {
	case c.Format == FormatPCM16:
		table := pcmTable(codec)
		out := channel[2*offset : 2*offset+2*len(payload)]
		for i, b := range payload {
			v := uint16(table[b])
			out[2*i], out[2*i+1] = byte(v), byte(v>>8)
		}
	case (c.Format == FormatALaw) == (codec == PCMA):
		copy(channel[offset:], payload)
	default:
		out := channel[offset : offset+len(payload)]
		copy(out, payload)
		if codec == PCMA {
			translate(out, PCMA, PCMU)
		} else {
			translate(out, PCMU, PCMA)
		}
	}
}
