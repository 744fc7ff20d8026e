// Package locate finds the servers of a SIP domain: NAPTR, SRV, A and AAAA (RFC 3263), with how long the answer is good. It keeps
// nothing; who failed is remembered by its user. It imports nothing of EKC.
//
// The system's resolver knows neither NAPTR nor times to live, so names are asked of the name servers in resolv.conf directly. A name
// that they do not know may still be in the hosts file or in a search domain: then the system's resolver has the last word.
package locate
