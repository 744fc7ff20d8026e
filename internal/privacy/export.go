package privacy

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/attachment"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/ent/citizen"
	"ekc/ent/citizenrequest"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/recording"
	"ekc/ent/transcript"
	"ekc/internal/fail"
	"ekc/internal/seal"
)

const auditExport = "citizen_request.export"

// The copy that a citizen gets, as citizen.json in the archive; times are UTC.
type (
	copied struct {
		Request  string          `json:"request"`
		MadeAt   time.Time       `json:"madeAt"`
		Phone    string          `json:"phone"`
		Names    []string        `json:"names,omitempty"`
		Contacts []copiedContact `json:"interactions"`
	}
	copiedContact struct {
		ID        string          `json:"id"`
		Channel   string          `json:"channel"`
		BeganAt   time.Time       `json:"beganAt"`
		ClosedAt  *time.Time      `json:"closedAt,omitempty"`
		Topic     string          `json:"topic,omitempty"`
		Note      string          `json:"note,omitempty"`
		Rating    *int            `json:"rating,omitempty"`
		Comment   string          `json:"ratingComment,omitempty"`
		PageURL   string          `json:"pageUrl,omitempty"`
		Messages  []copiedMessage `json:"messages"`
		Files     []copiedFile    `json:"files,omitempty"`
		Calls     []copiedCall    `json:"calls,omitempty"`
		Callbacks []copiedPromise `json:"callbacks,omitempty"`
		// Of the question base.
		Feedback   []copiedWord     `json:"feedback,omitempty"`
		Unanswered []copiedQuestion `json:"unansweredQuestions,omitempty"`
	}
	copiedMessage struct {
		At     time.Time `json:"at"`
		Author string    `json:"author"`
		Text   string    `json:"text"`
	}
	copiedFile struct {
		Name   string `json:"name"`
		Path   string `json:"path"`
		SHA256 string `json:"sha256"`
	}
	copiedCall struct {
		Caller     string         `json:"caller,omitempty"`
		Called     string         `json:"called,omitempty"`
		BeganAt    time.Time      `json:"beganAt"`
		EndedAt    *time.Time     `json:"endedAt,omitempty"`
		Recordings []copiedRecord `json:"recordings,omitempty"`
	}
	copiedRecord struct {
		Path       string          `json:"path,omitempty"`
		SHA256     string          `json:"sha256,omitempty"`
		Destroyed  *time.Time      `json:"destroyedAt,omitempty"`
		Transcript json.RawMessage `json:"transcript,omitempty"`
	}
	copiedWord struct {
		At      time.Time `json:"at"`
		Verdict string    `json:"verdict"`
		Comment string    `json:"comment,omitempty"`
	}
	copiedQuestion struct {
		At   time.Time `json:"at"`
		Text string    `json:"text"`
	}
	copiedPromise struct {
		Number string    `json:"number"`
		At     time.Time `json:"promisedAt"`
		State  string    `json:"state"`
	}
)

// Export writes the copy that an approved request asks for, as one ZIP: citizen.json, attachments, recordings. It is made anew each time
// and kept nowhere; each making is audited. The console's right, or an administrator's. NOT_FOUND; CONFLICT while it is not approved.
func (s *Service) Export(ctx context.Context, requestID string, w io.Writer) error {
	if err := may(ctx); err != nil {
		return err
	}
	system := viewer.AsSystem(ctx)
	r, err := s.o.Client.CitizenRequest.Get(system, requestID)
	if ent.IsNotFound(err) {
		return fail.Field("requestId", fail.NotFound, "no such request")
	}
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	if r.Kind != citizenrequest.KindExport || (r.State != citizenrequest.StateApproved && r.State != citizenrequest.StateDone) {
		return fail.Field("requestId", fail.Conflict, "is no approved request for a copy")
	}
	archive := zip.NewWriter(w)
	if err := s.copyAll(system, r, archive); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if r.State == citizenrequest.StateApproved {
			if err := tx.CitizenRequest.UpdateOneID(r.ID).SetState(citizenrequest.StateDone).SetDoneAt(s.now()).Exec(system); err != nil {
				return fmt.Errorf("settle the request: %w", err)
			}
		}
		return access.Audit(ctx, tx, auditExport, r.ID, nil)
	})
}

func (s *Service) copyAll(system context.Context, r *ent.CitizenRequest, archive *zip.Writer) error {
	people, err := s.o.Client.Citizen.Query().Where(citizen.PhoneIndex(r.PhoneIndex)).Order(ent.Asc(citizen.FieldID)).All(system)
	if err != nil {
		return err
	}
	all := copied{Request: r.ID, MadeAt: s.now(), Contacts: []copiedContact{}}
	for _, c := range people {
		if c.Name != "" {
			all.Names = append(all.Names, c.Name)
		}
		if all.Phone, err = s.opened(system, s.o.PhonePlace(c.ID), c.PhoneSealed, c.Phone); err != nil {
			return err
		}
		found, err := s.o.Client.Interaction.Query().Where(interaction.CitizenID(c.ID)).Order(ent.Asc(interaction.FieldID)).All(system)
		if err != nil {
			return err
		}
		for _, i := range found {
			one, err := s.copyContact(system, i, archive)
			if err != nil {
				return fmt.Errorf("interaction %s: %w", i.ID, err)
			}
			all.Contacts = append(all.Contacts, one)
		}
	}
	out, err := archive.Create("citizen.json")
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(all)
}

func (s *Service) copyContact(system context.Context, i *ent.Interaction, archive *zip.Writer) (copiedContact, error) {
	one := copiedContact{
		ID: i.ID, Channel: string(i.Channel), BeganAt: i.CreatedAt, ClosedAt: i.ClosedAt, Topic: i.Topic, Note: i.Note, Rating: i.Rating,
		Comment: i.RatingComment, PageURL: i.PageURL, Messages: []copiedMessage{},
	}
	said, err := s.o.Client.Message.Query().Where(message.InteractionID(i.ID)).Order(ent.Asc(message.FieldSequence)).All(system)
	if err != nil {
		return one, err
	}
	for _, m := range said {
		text := m.Text
		if seal.Held(m.Clear) != nil {
			inClear, err := s.o.Ring.Unseal(system, seal.Place{Table: message.Table, Column: message.FieldClear, Row: m.ID}, *m.Clear)
			if err != nil {
				return one, err
			}
			text = string(inClear)
		}
		one.Messages = append(one.Messages, copiedMessage{m.CreatedAt, string(m.Author), text})
	}
	promised, err := s.o.Client.Callback.Query().Where(callback.InteractionID(i.ID)).Order(ent.Asc(callback.FieldID)).All(system)
	if err != nil {
		return one, err
	}
	for _, p := range promised {
		number, err := s.opened(system, callbackPlace(p.ID), p.NumberSealed, p.Number)
		if err != nil {
			return one, err
		}
		one.Callbacks = append(one.Callbacks, copiedPromise{number, p.CreatedAt, string(p.State)})
	}
	if err := s.copyBase(system, i.ID, &one); err != nil {
		return one, err
	}
	if one.Files, err = s.copyFiles(system, i, archive); err == nil {
		one.Calls, err = s.copyCalls(system, i, archive)
	}
	return one, err
}

func (s *Service) copyFiles(system context.Context, i *ent.Interaction, archive *zip.Writer) (files []copiedFile, err error) {
	sent, err := s.o.Client.Attachment.Query().Where(attachment.InteractionID(i.ID)).Order(ent.Asc(attachment.FieldID)).All(system)
	if err != nil {
		return nil, err
	}
	for _, a := range sent {
		if s.o.Files == nil {
			return nil, errors.New("attachments cannot be reached from here")
		}
		name := "attachments/" + a.ID + path.Ext(a.FileName)
		content, err := s.o.Files.OpenFile(a.ID)
		if err != nil {
			return nil, err
		}
		if err := copyInto(archive, name, content); err != nil {
			return nil, err
		}
		files = append(files, copiedFile{a.FileName, name, a.Sha256})
	}
	return files, nil
}

func (s *Service) copyCalls(system context.Context, i *ent.Interaction, archive *zip.Writer) (calls []copiedCall, err error) {
	found, err := s.o.Client.Call.Query().Where(call.InteractionID(i.ID)).Order(ent.Asc(call.FieldBeganAt)).All(system)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		one := copiedCall{Caller: c.Caller, Called: c.Called, BeganAt: c.BeganAt, EndedAt: c.EndedAt}
		side := &one.Caller
		if c.Direction == call.DirectionOutbound {
			side = &one.Called
		}
		if *side, err = s.opened(system, callPlace(c.ID), c.CitizenSealed, *side); err != nil {
			return nil, err
		}
		tapes, err := s.o.Client.Recording.Query().Where(recording.CallID(c.ID)).Order(ent.Asc(recording.FieldBeganAt)).All(system)
		if err != nil {
			return nil, err
		}
		for _, t := range tapes {
			kept, err := s.copyRecording(system, t, archive)
			if err != nil {
				return nil, err
			}
			one.Recordings = append(one.Recordings, kept)
		}
		calls = append(calls, one)
	}
	return calls, nil
}

func (s *Service) copyRecording(system context.Context, t *ent.Recording, archive *zip.Writer) (copiedRecord, error) {
	if t.DestroyedAt != nil {
		return copiedRecord{Destroyed: t.DestroyedAt}, nil
	}
	if s.o.Recordings == nil {
		return copiedRecord{}, errors.New("recordings cannot be reached from here")
	}
	one := copiedRecord{Path: "recordings/" + t.ID + ".wav", SHA256: t.Sha256}
	sound, err := s.o.Recordings.Open(system, t.Object)
	if err != nil {
		return one, err
	}
	if err := copyInto(archive, one.Path, sound); err != nil {
		return one, err
	}
	words, err := s.o.Client.Transcript.Query().Where(transcript.RecordingID(t.ID), transcript.StateEQ(transcript.StateDone)).Only(system)
	if ent.IsNotFound(err) {
		return one, nil
	}
	if err != nil {
		return one, err
	}
	if seal.Held(words.Clear) != nil {
		one.Transcript, err = s.o.Ring.Unseal(system, seal.Place{Table: transcript.Table, Column: transcript.FieldClear, Row: words.ID}, *words.Clear)
	} else {
		one.Transcript, err = json.Marshal(words.Lines)
	}
	return one, err
}

// copyInto puts a file into the archive and closes it.
func copyInto(archive *zip.Writer, name string, content io.ReadCloser) error {
	out, err := archive.Create(name)
	if err == nil {
		_, err = io.Copy(out, content) //nolint:gosec // the centre's own files, bounded when they were received
	}
	return errors.Join(err, content.Close())
}
