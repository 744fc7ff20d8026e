package guard

import "strings"

// scanners are parts of the User-Agent of tools that look for open exchanges, in lower case. Nothing of worth calls
// itself so; they get no answer at all.
var scanners = []string{
	"friendly-scanner", "friendly-request", "sipvicious", "sipcli", "sip-scan", "sipscan", "sipsak", "sundayddr", "iwar",
	"vaxsipuseragent", "vaxasip", "siparmyknife", "smap", "pplsip", "eyebeam release 3", "cspcall", "gulp", "test agent",
	"nm@nm2", "nmap", "masscan", "zgrab", "censys",
}

// IsScanner reports whether a User-Agent is that of a known scanner.
func IsScanner(userAgent string) bool {
	if userAgent == "" {
		return false
	}
	userAgent = strings.ToLower(userAgent)
	for _, part := range scanners {
		if strings.Contains(userAgent, part) {
			return true
		}
	}
	return false
}
