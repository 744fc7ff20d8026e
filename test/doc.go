// Package test is EKC from end to end: nodes in this process or as programs, real Postgres, and real peers: curl's way over HTTP, websockets and
// server-sent events, Chromium, SIPp as the carrier, baresip as telephones. It may import everything and is imported by nothing.
//
// Where the ways of a phone call are tried (names after a slash are flows of TestPhone):
//
//	from the ring to the recording, tones by channel   /a call from end to end, TestReadmeOfThePhone
//	operators with browsers, Chromium                  TestBrowserOperators
//	carriers over TCP, digest, SRTP; TLS and SRTP      /trunks, /trunk over TLS
//	ways out: dead, busy, digest, early media          TestWaysOut
//	CANCEL while ringing; hang-up in every state       /cancelled calls, /hang-up in every state
//	offer declined, missed; device vanishes            /offer declined, /offer missed, /operator vanishes
//	hold by operator, phone, carrier (re-INVITE)       /hold by the operator, /hold by the carrier
//	wrong SDP, no common codec, one-way sound          /wrong offers, /one-way sound
//	keys in music, by RFC 4733 and by INFO             /callback, /keys by INFO
//	transfers, consultations, conference of three      /transfer …, /consult …, /consultation declined, /conference, /pass on to a number
//	listen, whisper, barge in, take over               /supervisor
//	maximum wait, overflow, callbacks, three attempts  /maximum wait, /overflow, /callback, /lost caller, /three attempts
//	outbound calls; over a carrier with TLS and SRTP   /calls to citizens, TestTrunkIsPointedAtTheCentre
//	rating, paused recording, links with ranges        /recording and rating
//	S3, transcripts, destruction                       TestRecordingInS3WithTranscript
//	strangers, scanners, toll calls                    /strangers
//	disk full, Postgres, question base, carrier away   TestCallsGoOnWhenTheDiskIsFull, TestTalkGoesOnWithoutPostgres,
//	                                                   TestCallsGoOnWithoutTheQuestionBase, TestCarrierGone
//	killed, drained                                    TestKilledNodeCallsItsCitizensBack, TestDrainedNode…
//
// With real peers but without the whole product: 100rel, session timers, UPDATE, glare, long messages over UDP and the torture messages of RFC 4475
// and 5118 are in telephony/signaling; G.722, also of Chromium, in telephony and telephony/browser.
package test
