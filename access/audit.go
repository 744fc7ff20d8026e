package access

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"ekc/access/viewer"
	"ekc/ent"
)

// What the audit log names that happens in this package. The object is the account, but for sessions of citizens.
const (
	auditSessionOpen     = "session.open"
	auditSessionRefused  = "session.refused"
	auditSessionTheft    = "session.theft"
	auditSessionClose    = "session.close"
	auditSessionCloseAll = "session.close_all"
	auditAccountCreate   = "account.create"
	auditAccountUpdate   = "account.update"
	auditAccountLock     = "account.lock"
	auditPasswordChange  = "password.change"
	auditPasswordReset   = "password.reset"
	auditRoleGrant       = "role.grant"
	auditRoleRevoke      = "role.revoke"

	auditFactorBegin   = "factor.begin"
	auditFactorConfirm = "factor.confirm"
	auditFactorRefused = "factor.refused"
	auditFactorRemove  = "factor.remove"
	auditFactorReset   = "factor.reset"
	auditRecoveryUsed  = "factor.recovery_used"
	auditRecoveryRenew = "factor.recovery_renew"

	auditIdentityLink   = "identity.link"
	auditIdentityUnlink = "identity.unlink"
	auditSessionEnded   = "session.ended_by_provider"

	auditKeyCreate = "api_key.create"
	auditKeyRotate = "api_key.rotate"
	auditKeyRevoke = "api_key.revoke"

	auditTokenStray      = "token.stray" // a token that came from where it may not
	auditNetworkAdd      = "agency_network.add"
	auditNetworkRemove   = "agency_network.remove"
	auditCertificateBind = "account.bind_certificate"

	auditRequestAsk      = "access_request.ask"
	auditRequestApprove  = "access_request.approve"
	auditRequestDecline  = "access_request.decline"
	auditRequestWithdraw = "access_request.withdraw"
	auditRequestExpire   = "access_request.expire"
)

const (
	maxAddress   = 64
	maxUserAgent = 300
)

// Audit appends a line to the audit log in the caller's transaction: who acts in ctx did the action to the object. detail
// holds ids and stable words, never personal data or secrets. The database refuses to change or remove a line.
func Audit(ctx context.Context, tx *ent.Tx, action, objectID string, detail map[string]string) error {
	v := viewer.From(ctx)
	for name, id := range map[string]string{"citizen_of": v.InteractionID, "api_key": v.KeyID} {
		if v.AccountID == "" && id != "" {
			if detail = maps.Clone(detail); detail == nil {
				detail = map[string]string{}
			}
			detail[name] = id
		}
	}
	entry := tx.AuditEntry.Create().SetAction(action).SetObjectID(objectID).SetActorID(v.AccountID).
		SetAddress(cut(v.Address, maxAddress))
	if len(detail) > 0 {
		entry.SetDetail(detail)
	}
	if err := entry.Exec(viewer.AsSystem(ctx)); err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

// cut makes foreign text fit for a column: valid, without NUL, at most n bytes.
func cut(s string, n int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
