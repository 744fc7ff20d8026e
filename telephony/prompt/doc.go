// Package prompt owns everything that a caller hears from the machine and everything that the machine understands of
// speech: texts spoken by a synthesiser and cached, uploaded recordings, music on hold, cutting speech into utterances
// and recognising them.
//
// A Clip is the one thing that a media thread plays: 8 kHz mono, as linear samples and as both G.711 encodings, made
// once and shared by all calls. Library gives clips; Speaker and Recognizer are the two engines behind it.
//
// The package imports no other package of EKC: no SIP, no media, no ent, no domain. Whoever stores uploaded audio
// fulfils AudioSource.
package prompt
