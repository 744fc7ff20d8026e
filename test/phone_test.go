package test

import "testing"

// Every way of a call that two foreign programs can walk with the whole product: SIPp is the carrier, baresip the operators' phones
// and the citizens' telephones behind the carrier.
func TestPhone(t *testing.T) {
	c := startPhoneCentre(t)
	c.together(t, map[string]func(*testing.T, *phoneCentre){
		"a call from end to end":   aCall,
		"transfer to a queue":      transferToQueue,
		"transfer to an operator":  transferToOperator,
		"consult, swap, hand over": consultAndComplete,
		"consultation declined":    consultDeclined,
		"conference":               conference,
		"supervisor":               supervise,
		"transfer to line 2":       transferToLineTwo,
		"pass on to a number":      passOn,
		"consult a number":         consultOutside,
		"offer declined":           offerDeclined,
		"offer missed":             offerMissed,
		"operator vanishes":        operatorVanishes,
		"callback":                 callbackInsteadOfWaiting,
		"maximum wait":             maximumWait,
		"overflow":                 overflow,
		"lost caller":              lostCaller,
		"three attempts":           threeAttempts,
		"hang-up in every state":   hangUpEverywhere,
		"cancelled calls":          cancelledCalls,
		"calls to citizens":        outbound,
		"hold by the operator":     holdByTheOperator,
		"hold by the carrier":      holdByTheCarrier,
		"keys by INFO":             keysByInfo,
		"one-way sound":            oneWay,
		"wrong offers":             wrongOffers,
		"transfer by the phone":    transferByKeys,
		"trunks":                   trunks,
		"trunk over TLS":           secureTrunk,
		"recording and rating":     recordingAndRating,
		"sound in Opus":            soundInOpus,
		"strangers":                strangers,
	})
	c.noneInClear(t)
}
