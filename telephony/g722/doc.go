// Package g722 codes and decodes ITU-T G.722 at 64 kbit/s (mode 1), the wideband codec of telephones: two bands of 4 kHz, each an adaptive
// differential code of its own, six bits of the lower and two of the upper in a byte for two samples of 16 kHz. It imports nothing.
//
// There are two ways in and out. [Encoder] and [Decoder] are the whole codec, 16 kHz on one side. [NarrowEncoder] and [NarrowDecoder]
// know the lower band only, 8 kHz on one side and a byte for each sample: that is what a telephone's 8 kHz is worth, at a third of the
// cost, for whoever has G.711 on the other side: translation, recordings, conferences. The bytes are ordinary G.722 in both cases.
//
// An encoder or decoder remembers the sound so far, so that there is one for every stream and direction, used by one goroutine at a
// time. After lost or foreign bytes a decoder finds back by itself within some milliseconds. On RTP the clock of G.722 is 8,000 Hz, though
// 16,000 samples a second are coded, because RFC 1890 once said so (RFC 3551 §4.5.2): a byte is one tick.
//
// The names of the blocks (QUANTL, SCALEL, UPPOL2, ...) in comments are those of the Recommendation (11/1988 and 09/2012), §5.3 and §6.2.
package g722
