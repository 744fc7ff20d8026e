// Package netbatch moves UDP packets with the fewest system calls, many at once, without allocating: what package net does not do, and
// x/net does with an allocation per packet. The packet engines of telephony (media, browser) share it. On Linux it is recvmmsg and
// sendmmsg; elsewhere there is only what package net leaves to do. It owns no sockets, and imports nothing of
// EKC.
package netbatch
