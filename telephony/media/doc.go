// Package media is EKC's RTP engine: it receives, forwards, mixes, plays, records and measures the sound of telephone
// calls, and knows nothing of SIP, of calls or of people. It imports no other package of EKC and no SIP library.
//
// # Shape
//
// An [Engine] owns a range of UDP ports and a few threads. Each thread is an operating-system thread with its own epoll;
// it owns its legs outright, so the path of a packet takes no lock and allocates nothing:
//
//	socket → source check → SRTP → statistics → DTMF → recording → translate, rewrite → socket
//	                                                 ↘ jitter buffer → conference mix ↗
//	                                     timing wheel → prompts, music, digits ↗
//
// A [Leg] is one RTP session with one party. It exists before the party's address is known, because its own address goes
// into the SDP first; [Leg.Configure] then says where to send and in which format, and may be called again for every
// re-INVITE. What a leg hears is, in this order: digits that are sent to it, the clip that is played to it, the
// [Conference] that it is in, the leg that it is bridged with. Whatever it hears leaves as one continuous RTP stream
// (one SSRC, sequence and timestamps without jumps; the marker bit tells of a change).
//
// # Calling it
//
// Every method may be called from any goroutine and takes effect in the order of the calls of one goroutine. Methods hand a
// command to the thread and return at once, except those that say "waits": Close, Stats, Snapshot, and Bridge and Arrange
// when a leg has to move to another thread, wait for a thread's next round (a few milliseconds). Legs that will be bridged
// should be made with [LegOptions.Near], which puts them on one thread from the start.
//
// Events come on the media thread through [LegOptions.Notify]. The callback must not block and must not call
// this package: it puts the event into the owner's mailbox.
//
// # Recording
//
// [Leg.Record] cuts two channels into [Chunk]s: what the party says, and what it hears (the other side, prompts and music).
// Every packet is put where its timestamp says, so both channels stay aligned with the clock of the recording; gaps,
// pauses and holds are silence. Full chunks are handed to the [Sink], which package telephony/recording implements:
//
//   - WriteChunk and Finish are called on the media thread and must not block: put the pointer into a buffered channel and
//     return true, or return false when it is full. A refused chunk is dropped, counted ([Recorded.Dropped]) and replaced by
//     nothing: the next chunk's First says where it belongs, and the writer fills the hole with silence.
//   - The writer owns an accepted chunk until it calls [Chunk.Release], exactly once, and never touches it afterwards.
//   - Chunks come in order of First. Channels are planar; interleaving, headers and files are the writer's business.
//   - Finish is called exactly once, after the last chunk, also when the leg or the engine is closed.
//
// The same tap with a short [RecordOptions.Window] feeds speech recognition.
//
// # Two back-ends
//
// On Linux a thread speaks to the kernel directly (epoll, recvmmsg, sendto). Elsewhere, and with [Options].Portable, sockets are
// plain net.UDPConns with a goroutine each that hands packets to the same thread. The conformance tests run on both.
//
// Standards: RFC 3550 (RTP, RTCP), RFC 3551 (PCMU, PCMA), RFC 3711 and 4568 (SRTP, SDES), RFC 4733 (DTMF), RFC 4961 (symmetric
// RTP), RFC 5761 (RTCP on the RTP port), ITU-T G.711, G.107 and G.113 (estimate of quality).
package media
