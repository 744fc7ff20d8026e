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
		"conference":               conference,
		"supervisor":               supervise,
	})
}
