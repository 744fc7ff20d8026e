package signaling

import "strings"

// Inbound maps what the carrier sent to E.164.
func (p NumberPlan) Inbound(number string) string { return rewrite(p.In, digits(number)) }

// Outbound maps E.164 to what the carrier wants.
func (p NumberPlan) Outbound(number string) string { return rewrite(p.Out, digits(number)) }

// rewrite applies the rule with the longest prefix, of equally long ones the one that asks for a length.
func rewrite(rules []PrefixRule, number string) string {
	best := -1
	for i, rule := range rules {
		if !strings.HasPrefix(number, rule.Prefix) || (rule.Length != 0 && rule.Length != len(number)) {
			continue
		}
		if best < 0 || len(rule.Prefix) > len(rules[best].Prefix) ||
			(len(rule.Prefix) == len(rules[best].Prefix) && rule.Length > rules[best].Length) {
			best = i
		}
	}
	if best < 0 {
		return number
	}
	return rules[best].Replacement + number[len(rules[best].Prefix):]
}

// digits takes the visual separators of a number away (RFC 3966 §5.1.1), and the parameters that a user part may carry. What
// is no number, as an account's name, stays as it is.
func digits(user string) string {
	user, _, _ = strings.Cut(user, ";")
	plain := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.() ", r) {
			return -1
		}
		return r
	}, user)
	for i, r := range plain {
		digit, plus := r >= '0' && r <= '9', r == '+' && i == 0
		if !digit && !plus && r != '*' && r != '#' {
			return user
		}
	}
	return plain
}
