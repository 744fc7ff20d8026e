// Package browser connects operators' and supervisors' browsers: it answers a WebRTC offer, and makes of it a leg of the media
// engine that can be bridged with any telephone. It owns ICE, DTLS and the keys, and knows nothing of calls, people and GraphQL: it
// imports telephony/media, the leaf telephony/netbatch and pion, and nothing else of EKC.
//
// # Shape
//
// A [Gateway] owns the UDP port and the certificate; a [Session] is one browser in one call. The browser offers, since it knows its
// microphone, and gets an answer at once; candidates found later trickle both ways. G.711 is agreed on, which every browser
// offers (RFC 7874 §3), and before it G.722 or Opus when the leg that the browser will be connected with has it: a packet's sound passes
// between telephone and browser as it is. Digits are telephone-event (RFC 4733) where the browser offers them. There is one audio section;
// video and data channels are rejected in the answer.
//
//	browser → port ─ SRTP: decrypt ──────────────→ media.Leg.Deliver
//	             └── STUN, DTLS: pion/ice, pion/dtls
//	media thread → outbox → encrypt → port → browser
//
// ICE and DTLS are pion's, and so is the cipher of SRTP, but sound does not pass through them: on its way through a PeerConnection a
// packet wakes five goroutines, which costs many times what its encryption does. Here a port reads in batches, finds the session by the
// browser's address, decrypts in place and hands all of a batch to the legs at once; what the media threads have to say is
// encrypted and sent in batches on the same turn. A busy port turns every 1 to 4 ms, the sooner the more there is to do, on an
// operating-system thread of its own. Sound of an address that is not known yet, of TCP, and of a port of a session's own takes the
// long way through pion, as does one packet a second of every browser, so that ICE knows that the path works.
//
// The media thread only copies a packet into the outbox: encryption and system calls are not its business.
//
// RTCP is the media engine's, which knows what was lost and how late it came on both sides of a bridge; a second reporter would
// contradict it. The browser's reports reach the leg, so its [media.LegStats] are complete.
//
// # Life of a session
//
//	stateDiagram-v2
//	    [*] --> connecting: offer answered
//	    connecting --> connected: ICE and DTLS done / Connected
//	    connecting --> ended: failed, or ConnectTimeout / Lost
//	    connected --> moving: ICE restarted
//	    moving --> connected: new path
//	    connected --> interrupted: silent for InterruptAfter / Interrupted
//	    moving --> interrupted: no path / Interrupted
//	    interrupted --> connected: heard again, or ICE restarted / Connected
//	    interrupted --> ended: ReconnectTimeout / Lost
//	    moving --> ended: ReconnectTimeout / Lost
//	    connecting --> ended: browser left / Left, Close / Closed
//	    connected --> ended: browser left / Left, Close / Closed
//	    ended --> [*]
//
// A browser whose network has changed sends a new offer with new ICE credentials to [Session.Restart]; the call goes on, with the same
// leg. Consent (RFC 7675) is checked every InterruptAfter/3, 2 s at most, by STUN requests on the selected pair; a session that
// hears nothing for InterruptAfter + ReconnectTimeout is over, and nothing more is sent.
//
// Standards: RFC 8829 (JSEP), RFC 8445 and 8838 (ICE, trickle), RFC 7675 (consent), RFC 5763 and 5764 (DTLS-SRTP), RFC 8843
// (BUNDLE), RFC 5761 (RTCP on the RTP port).
package browser
