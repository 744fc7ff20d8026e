package privacy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"ekc/access"
	"ekc/ent"
)

const auditDestroy = "personal_data.destroy"

// destroyed gathers what a step destroys: ids by kind.
type destroyed map[string][]string

func (d destroyed) add(kind string, ids ...string) {
	if len(ids) > 0 {
		d[kind] = append(d[kind], ids...)
	}
}

func (d destroyed) counts() map[string]int {
	counts := make(map[string]int, len(d))
	for kind, ids := range d {
		counts[kind] = len(ids)
	}
	return counts
}

// certificate is what an act certifies.
type certificate struct {
	rule, basis, requestID string
	began                  time.Time
	objects                destroyed
	held                   int
}

// certify writes the act, in the transaction that destroys, and its line of the audit log.
func (s *Service) certify(system context.Context, tx *ent.Tx, c certificate) (*ent.DestructionAct, error) {
	ended := s.now()
	sum, err := digest(c, ended)
	if err != nil {
		return nil, err
	}
	act, err := tx.DestructionAct.Create().SetRule(c.rule).SetBasis(c.basis).SetRequestID(c.requestID).SetBeganAt(c.began).SetEndedAt(ended).
		SetCounts(c.objects.counts()).SetObjects(c.objects).SetHeld(c.held).SetSha256(sum).Save(system)
	if err != nil {
		return nil, fmt.Errorf("write the certificate: %w", err)
	}
	return act, access.Audit(system, tx, auditDestroy, act.ID, map[string]string{"rule": c.rule, "sha256": sum})
}

// digest is the SHA-256 over a JSON object of all that the act says, names of fields and kinds in alphabetical order. The audit log
// keeps it too, so that the hash chain vouches for the act.
func digest(c certificate, ended time.Time) (string, error) {
	text, err := json.Marshal(map[string]any{
		"rule": c.rule, "basis": c.basis, "request": c.requestID, "began": c.began.UTC().Format(time.RFC3339Nano),
		"ended": ended.UTC().Format(time.RFC3339Nano), "objects": c.objects, "held": c.held,
	})
	if err != nil {
		return "", fmt.Errorf("certificate: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Genuine reports whether an act says what it said when it was written.
func Genuine(a *ent.DestructionAct) bool {
	sum, err := digest(certificate{
		rule: a.Rule, basis: a.Basis, requestID: a.RequestID, began: a.BeganAt, objects: a.Objects, held: a.Held,
	}, a.EndedAt)
	return err == nil && sum == a.Sha256
}
