package improve

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"ekc/internal/ids"
	"ekc/knowledge"
)

// Propose is part of Service.
func (s *Store) Propose(ctx context.Context, n NewProposal) (Proposal, error) {
	for _, bad := range []error{
		checkText("question", n.Question, MaxText, true), checkText("answer", n.Answer, MaxAnswer, true),
		checkText("comment", n.Comment, MaxComment, false),
	} {
		if bad != nil {
			return Proposal{}, bad
		}
	}
	p := Proposal{
		ID: ids.New("prp"), State: Proposed, Author: n.Author, VersionID: n.VersionID, InteractionID: n.InteractionID,
		Question: strings.TrimSpace(n.Question), Answer: strings.TrimSpace(n.Answer), Comment: strings.TrimSpace(n.Comment),
		Agency: n.Agency, Region: n.Region, Steps: []ProposalStep{}, CreatedAt: s.clock(),
	}
	if n.VersionID != "" {
		v, err := s.base.RecordVersion(ctx, n.VersionID)
		if err != nil {
			return Proposal{}, err
		}
		r, err := s.base.Record(ctx, v.RecordID)
		if err != nil {
			return Proposal{}, err
		}
		p.RecordID, p.Agency, p.Region = r.ID, r.Agency, r.Region
	}
	_, err := s.db.ExecContext(ctx, `INSERT INTO proposals (id, version_id, record_id, question, answer, comment, agency, region,
		interaction_id, author_id, state, steps, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '[]', $12, $12)`, p.ID, p.VersionID, p.RecordID, p.Question, p.Answer,
		p.Comment, p.Agency, p.Region, p.InteractionID, p.Author, p.State, p.CreatedAt)
	if err != nil {
		return Proposal{}, fmt.Errorf("keep proposal: %w", err)
	}
	return p, nil
}

// MoveProposal is part of Service. The proposal is locked, so of two decisions one is too late. Its draft is made under the lock;
// a crash between the two leaves a draft that nobody points to, and the proposal accepted.
func (s *Store) MoveProposal(ctx context.Context, m ProposalMove) (Proposal, error) {
	if err := checkText("reason", m.Reason, MaxComment, m.To == Refused || m.To == Declined); err != nil {
		return Proposal{}, err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return Proposal{}, fmt.Errorf("decide on proposal: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	p, err := scanProposal(tx.QueryRowContext(ctx, selectProposal+` WHERE p.id = $1 FOR UPDATE`, m.ID))
	if err != nil {
		return Proposal{}, missing(err, "proposalId", "no such proposal")
	}
	if err := p.Next(m); err != nil {
		return Proposal{}, err
	}
	if m.To == Drafted {
		if p.RecordID, err = s.draftProposal(ctx, p, m.Actor); err != nil {
			return Proposal{}, err
		}
	}
	p.State = m.To
	p.Steps = append(p.Steps, ProposalStep{State: m.To, By: m.Actor, Reason: strings.TrimSpace(m.Reason), At: s.clock()})
	steps, err := json.Marshal(p.Steps)
	if err != nil {
		return Proposal{}, err
	}
	if _, err = tx.ExecContext(ctx, `UPDATE proposals SET state = $2, record_id = $3, steps = $4, updated_at = $5 WHERE id = $1`,
		p.ID, p.State, p.RecordID, steps, s.clock()); err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return Proposal{}, fmt.Errorf("decide on proposal: %w", err)
	}
	return p, nil
}

// draftProposal makes a record, or a new draft of the record to change, with the proposal's words.
func (s *Store) draftProposal(ctx context.Context, p Proposal, actor string) (recordID string, err error) {
	if p.VersionID == "" {
		r, err := s.base.CreateRecord(ctx, knowledge.NewRecord{
			Actor: actor, Agency: p.Agency, Region: p.Region,
			Content: knowledge.Content{Question: p.Question, Answer: p.Answer, Source: "proposal " + p.ID},
		})
		return r.ID, err
	}
	v, err := s.base.DraftRecord(ctx, knowledge.NewDraft{Actor: actor, RecordID: p.RecordID})
	if err != nil {
		return "", err
	}
	content := v.Content()
	content.Question, content.Answer = p.Question, p.Answer
	_, err = s.base.SaveDraft(ctx, knowledge.DraftContent{Actor: actor, VersionID: v.ID, Revision: v.Revision, Content: content})
	return p.RecordID, err
}

// Proposal is part of Service.
func (s *Store) Proposal(ctx context.Context, id string) (Proposal, error) {
	p, err := scanProposal(s.db.QueryRowContext(ctx, selectProposal+` WHERE p.id = $1`, id))
	if err != nil {
		return Proposal{}, missing(err, "proposalId", "no such proposal")
	}
	return p, nil
}

var whereProposals = ` WHERE ($1 = '' OR p.state = $1) AND ($2 = '' OR p.author_id = $2)
	AND (($3 <> '' AND p.author_id = $3) OR ` + inSegments("p", 4) + `)`

// Proposals is part of Service.
func (s *Store) Proposals(ctx context.Context, q ProposalQuery) (ProposalPage, error) {
	first, err := page(q.First, 50)
	if err != nil {
		return ProposalPage{}, err
	}
	whole, agencies, regions := segments(q.Bounded, q.Within)
	args := []any{q.State, q.Author, q.OrAuthor, whole, agencies, regions}
	var out ProposalPage
	if err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM proposals p`+whereProposals, args...).Scan(&out.Total); err != nil {
		return ProposalPage{}, fmt.Errorf("count proposals: %w", err)
	}
	rows, err := s.db.QueryContext(ctx, selectProposal+whereProposals+` AND ($7 = '' OR p.id < $7) ORDER BY p.id DESC LIMIT $8`,
		append(args, q.After, first+1)...)
	if err != nil {
		return ProposalPage{}, fmt.Errorf("read proposals: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		p, err := scanProposal(rows)
		if err != nil {
			return ProposalPage{}, err
		}
		if len(out.Proposals) == first {
			out.Next = out.Proposals[first-1].ID
			break
		}
		out.Proposals = append(out.Proposals, p)
	}
	return out, rows.Err()
}

const selectProposal = `SELECT p.id, p.state, p.author_id, p.version_id, p.record_id, p.interaction_id, p.question, p.answer, p.comment,
	p.agency, p.region, p.steps, p.created_at FROM proposals p`

func scanProposal(row interface{ Scan(...any) error }) (Proposal, error) {
	var p Proposal
	var steps []byte
	if err := row.Scan(&p.ID, &p.State, &p.Author, &p.VersionID, &p.RecordID, &p.InteractionID, &p.Question, &p.Answer, &p.Comment,
		&p.Agency, &p.Region, &steps, &p.CreatedAt); err != nil {
		return p, err
	}
	if err := json.Unmarshal(steps, &p.Steps); err != nil {
		return p, fmt.Errorf("steps of %s: %w", p.ID, err)
	}
	return p, nil
}
