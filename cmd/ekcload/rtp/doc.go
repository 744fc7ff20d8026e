// Package rtp is the sound of a load test: many legs of G.711 A-law over UDP, each packet marked with the leg that sent it, so that
// whoever hears it knows whom it hears. A few goroutines serve all legs in turn, each leg once in 20 ms: what has come is read, and
// the next packet is sent. Times of what is heard are therefore up to 20 ms late. RFC 3550, RFC 3551, RFC 4733.
//
// It imports nothing of EKC.
package rtp
