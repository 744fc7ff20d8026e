package voice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/recording"
	"ekc/ent/transcript"
	"ekc/internal/database"
	"ekc/internal/fail"
	tape "ekc/telephony/recording"
)

const (
	// RecordingPath is where RecordingHandler must be served.
	RecordingPath = "/recordings/"
	linkSecret    = "recording_links"
	linkLife      = 15 * time.Minute
	destroyEvery  = 10 * time.Minute
	destroyBatch  = 200
	secretBytes   = 32
)

// Recordings keeps the sound; a tape.Storage fulfils it.
type Recordings interface {
	Put(ctx context.Context, key string, content io.ReadSeeker, size int64, sha256 string) error
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	Remove(ctx context.Context, key string) error
}

// signedLinks makes links that play one recording for one account, on every node.
type signedLinks struct{ *tape.Signer }

func newLinks(ctx context.Context, client *ent.Client, clock func() time.Time) (*signedLinks, error) {
	key, err := database.Secret(viewer.AsSystem(ctx), client, linkSecret, secretBytes)
	if err != nil {
		return nil, fmt.Errorf("key of links: %w", err)
	}
	signer, err := tape.NewSigner(key, clock)
	return &signedLinks{signer}, err
}

// RecordingURL is a link, relative to the server's root, by which the viewer may play a recording for 15 minutes; empty when they
// may not, or when its sound was destroyed. The recording was read under the viewer's own rights. The interaction's operator need name no
// purpose; others get no link without one. INVALID for a reason that is none.
func (s *Service) RecordingURL(ctx context.Context, r *ent.Recording, why access.Reason) (string, error) {
	may, own, err := s.mayPlay(ctx, r)
	if err != nil || !may {
		return "", err
	}
	if why.Purpose == "" {
		if !own {
			return "", nil
		}
		why = access.ForEnquiry
	}
	if err := why.Check(); err != nil {
		return "", err
	}
	if why.Note != "" { // which the link does not carry
		if err := s.audit(ctx, "recording.link", r.ID, why.In(map[string]string{"interaction": r.InteractionID})); err != nil {
			return "", err
		}
	}
	return RecordingPath + s.links.Sign(r.ID, viewer.From(ctx).AccountID+purposeMark+string(why.Purpose), linkLife), nil
}

// purposeMark stands between account and purpose in a link.
const purposeMark = ":"

// RecordingHandler plays signed links, with byte ranges. Whose account was closed, or who lost the right meanwhile, hears nothing: refused,
// which may be nil, is told of them, and of links that nobody made.
func (s *Service) RecordingHandler(refused func(*http.Request)) http.Handler {
	if s.o.Recordings == nil {
		return http.NotFoundHandler()
	}
	return tape.Handler(RecordingPath, s.links.Signer, s.o.Recordings, s.playable, refused)
}

// playable checks the right of the account once more and keeps that it listened.
func (s *Service) playable(ctx context.Context, c tape.Claim) (tape.Playable, error) {
	system := viewer.AsSystem(ctx)
	r, err := s.o.Client.Recording.Query().Where(recording.ID(c.RecordingID)).WithInteraction().Only(system)
	if ent.IsNotFound(err) || err == nil && r.DestroyedAt != nil {
		return tape.Playable{}, tape.ErrNotFound
	}
	if err != nil {
		return tape.Playable{}, err
	}
	accountID, purpose, _ := strings.Cut(c.Subject, purposeMark)
	as, err := s.listener(ctx, accountID)
	if err != nil {
		return tape.Playable{}, err
	}
	if err := access.CheckObject(as, access.PlayRecording, access.InteractionObject(as, r.Edges.Interaction, false)); err != nil {
		return tape.Playable{}, errors.Join(tape.ErrWithdrawn, err)
	}
	err = s.o.Log.InTx(system, func(_ context.Context, tx *ent.Tx) error {
		return access.Audit(as, tx, "recording.play", r.ID, map[string]string{"interaction": r.InteractionID, "purpose": purpose})
	})
	return tape.Playable{Key: r.Object, FileName: r.ID + ".wav", RecordedAt: r.BeganAt}, err
}

// listener acts as the account of a link with the roles that it has now.
func (s *Service) listener(ctx context.Context, accountID string) (context.Context, error) {
	system := viewer.AsSystem(ctx)
	a, err := s.o.Client.Account.Get(system, accountID)
	if ent.IsNotFound(err) || err == nil && !a.Active {
		return nil, tape.ErrWithdrawn
	}
	if err != nil {
		return nil, err
	}
	grants, err := s.grantsOf(system, accountID)
	if err != nil {
		return nil, err
	}
	return viewer.With(ctx, viewer.Viewer{
		Kind: viewer.Account, AccountID: accountID, Grants: grants, Address: viewer.From(ctx).Address,
	}), nil
}

// destroyDue destroys the sound of recordings whose time is over, until ctx ends, and forgets devices that have gone.
func (s *Service) destroyDue(ctx context.Context) {
	ticker := time.NewTicker(destroyEvery)
	defer ticker.Stop()
	for {
		if err := errors.Join(s.Destroy(ctx), s.forgetExpired(ctx)); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "not everything could be destroyed, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Destroy destroys once what is due. The row stays, and the audit log says what was destroyed.
func (s *Service) Destroy(ctx context.Context) error {
	if s.o.Recordings == nil {
		return nil
	}
	system := viewer.AsSystem(ctx)
	due, err := s.o.Client.Recording.Query().Where(recording.DestroyedAtIsNil(), recording.DestroyAfterLTE(s.now()), notHeld).
		Order(ent.Asc(recording.FieldDestroyAfter)).Limit(destroyBatch).All(system)
	if err != nil {
		return fmt.Errorf("look for old recordings: %w", err)
	}
	var failure error
	for _, r := range due {
		if err := s.destroy(system, r); err != nil && fail.CodeOf(err) != fail.Conflict {
			failure = errors.Join(failure, err)
		}
	}
	return failure
}

// notHeld leaves out recordings that a legal hold keeps, by their interaction or the citizen's number.
func notHeld(q *sql.Selector) {
	q.Where(sql.ExprP(q.C(recording.FieldInteractionID) + ` NOT IN (
		SELECT interaction_id FROM legal_holds WHERE released_at IS NULL AND interaction_id IS NOT NULL
		UNION SELECT i.id FROM interactions i JOIN citizens c ON c.id = i.citizen_id
			JOIN legal_holds h ON h.phone_index = c.phone_index AND h.released_at IS NULL)`))
}

func (s *Service) destroy(ctx context.Context, r *ent.Recording) error {
	certificate, err := tape.Destroy(ctx, s.o.Recordings, tape.Due{
		Kept:  tape.Kept{ID: r.ID, Key: r.Object, SHA256: r.Sha256, Bytes: r.Size, RecordedAt: r.BeganAt, Class: string(r.Retention)},
		Since: r.DestroyAfter,
	}, s.now)
	if err != nil {
		return err
	}
	return s.o.Log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		n, err := tx.Recording.Update().Where(recording.ID(r.ID), recording.DestroyedAtIsNil()).SetDestroyedAt(certificate.DestroyedAt).Save(ctx)
		if err != nil || n == 0 {
			return err
		}
		if _, err := tx.Transcript.Delete().Where(transcript.RecordingID(r.ID)).Exec(ctx); err != nil {
			return fmt.Errorf("destroy transcript: %w", err)
		}
		detail := map[string]string{"interaction": r.InteractionID, "class": string(r.Retention), "sha256": certificate.SHA256}
		if certificate.Absent {
			detail["absent"] = "true"
		}
		if certificate.Altered {
			detail["altered"] = "true"
		}
		return access.Audit(ctx, tx, "recording.destroy", r.ID, detail)
	})
}
