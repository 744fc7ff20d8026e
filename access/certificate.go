package access

import (
	"context"
	"crypto/x509/pkix"
	"strings"
	"unicode/utf8"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/fail"
)

// maxSubject bounds the subject of a certificate, in bytes.
const maxSubject = 400

func checkSubject(field, subject string) error {
	if len(subject) > maxSubject || !utf8.ValidString(subject) || strings.ContainsAny(subject, "\x00\r\n") ||
		(subject != "" && !strings.Contains(subject, "=")) {
		return fail.Field(field, fail.Invalid, "the subject of a certificate, such as %s", pkix.Name{CommonName: "ivanov", Organization: []string{"SFR"}})
	}
	return nil
}

// BindCertificate makes the tokens of an account that the viewer of ctx manages work only with a TLS certificate of the
// subject; an empty one lifts it. Nobody binds their own.
func (s *Service) BindCertificate(ctx context.Context, accountID, subject string) (*ent.Account, error) {
	v, err := manager(ctx)
	if err != nil {
		return nil, err
	}
	subject = strings.TrimSpace(subject)
	if err := checkSubject("subject", subject); err != nil {
		return nil, err
	}
	if v.AccountID == accountID {
		return nil, fail.Field("accountId", fail.Forbidden, "another administrator binds your certificate")
	}
	return s.changeRoles(viewer.With(ctx, v), accountID, func(ctx context.Context, tx *ent.Tx) error {
		a, err := s.lockManaged(ctx, tx, v, "accountId", accountID)
		if err != nil {
			return err
		}
		if err := tx.Account.UpdateOne(a).SetCertificateSubject(subject).Exec(ctx); err != nil {
			return err
		}
		return Audit(ctx, tx, auditCertificateBind, accountID, map[string]string{"subject": subject})
	})
}
