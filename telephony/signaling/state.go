package signaling

// The life of a dialog. Every arrow to ended emits Ended.
//
//	stateDiagram-v2
//	  [*] --> incoming: INVITE comes
//	  [*] --> outgoing: Call
//	  incoming --> answering: Answer (2xx)
//	  incoming --> ended: Reject, Hangup, CANCEL (487), BYE, ring time, PRACK missing
//	  answering --> up: ACK
//	  answering --> ended: BYE comes, no ACK in 64·T1 (BYE)
//	  outgoing --> up: 2xx
//	  outgoing --> outgoing: 3xx inside the trunk, 401, 407, 422
//	  outgoing --> ended: refusal, time-out, CANCEL done
//	  up --> ended: BYE either way, session timer, 408 or 481 inside the dialog
//
// A 2xx that crosses our CANCEL is acknowledged and ended with BYE; so is every 2xx of another fork.

// receives reports whether a request of the peer inside the dialog makes sense in a state; those that do not get the
// status instead. ACK and CANCEL are not asked about.
func receives(s state, method string) (status int, ok bool) {
	switch s {
	case ended:
		// BYE that crosses ours is fine; everything else comes too late.
		return 481, method == "BYE"
	case incoming:
		switch method {
		case "INVITE": // the peer's own INVITE is not finished (RFC 3261 §14.2)
			return 500, false
		case "BYE", "PRACK", "UPDATE", "INFO", "OPTIONS":
			return 0, true
		}
		return 403, false
	case outgoing:
		switch method {
		case "INVITE":
			return 491, false
		case "BYE", "UPDATE", "INFO", "OPTIONS":
			return 0, true
		}
		return 403, false
	case answering:
		if method == "INVITE" {
			return 500, false
		}
		return 0, true
	default:
		return 0, true
	}
}
