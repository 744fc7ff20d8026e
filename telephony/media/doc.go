// Package media is EKC's RTP engine: it receives, forwards, mixes, plays, records and measures the sound of telephone
// calls, and knows nothing of SIP, of calls or of people. Of EKC it imports only leaves beside it (the codecs, netbatch), and no SIP
// library.
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
// # Codecs
//
// Inside, sound is G.711. G.722 and Opus pass between parties that both have them; for everybody else a thread decodes G.722 itself, and
// goroutines beside the threads decode Opus (decoding.go). The engine codes G.722 and no Opus: see [LegConfig].Fallback.
//
// # Ports
//
// A leg has a pair of ports of its own: for phones, and whoever may sit behind a NAT. Once it is known where the party is, a second
// socket on the RTP port is connected to it, which spares the kernel the search for a route with every packet; the first one goes on
// listening to everybody else (aim_linux.go). With [LegOptions.Shared] it shares a
// pair with others of its thread, and its packets are known by the address that they come from, the one of the party's SDP: for
// trunks whose gateways are symmetric. A thread then takes and sends the packets of all its legs with a few system calls a
// round. A shared port takes as many legs as its receive buffer can hold 100 ms of (net.core.rmem_max; with the usual 208 KB
// about 40, as root or with CAP_NET_ADMIN about 1,600); then another one is opened. It is given back with its last leg.
//
// On a shared port every address belongs to one leg. [LegOptions.Remote] lets an address that is taken be told apart by another
// port of ours; [Leg.Configure] refuses it with [ErrRemoteTaken]. What comes from elsewhere is dropped, except what goes on
// with the very stream of one leg (rule 3 of source.go, whose rule 2 does not hold there: a straggler of another call must not
// become a party). Legs that meet on one thread go to that of the shared port; one that has to leave it anyway is a guest
// there, whose packets take a detour.
//
// # Two back-ends
//
// On Linux a thread speaks to the kernel directly (epoll, recvfrom, recvmmsg, sendto, sendmmsg). Elsewhere, and with [Options].Portable, sockets are
// plain net.UDPConns with a goroutine each that hands packets to the same thread. The conformance tests run on both.
//
// io_uring was tried as well (multishot receives, sends of a round in one call): 2 % less than connected sockets, for a third
// back-end. Four fifths of a packet's cost are the kernel's way through UDP and IP, which no way of calling it saves.
//
// Standards: RFC 3550 (RTP, RTCP), RFC 3551 (PCMU, PCMA), RFC 7587 (Opus), RFC 7160 (two clocks in a stream), RFC 3711 and 4568 (SRTP, SDES), RFC 4733 (DTMF), RFC 4961 (symmetric
// RTP), RFC 5761 (RTCP on the RTP port), ITU-T G.711, G.107 and G.113 (estimate of quality).
package media
