package voice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/menu"
	"ekc/ent/menuversion"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/telephony/ivr"
)

const (
	maxName    = 200
	maxComment = 1000
)

var menuCode = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,59}$`)

// CreateMenu makes a menu without versions. For those who edit menus of the agency; without one, for administrators and whoever
// edits menus of all agencies.
func (s *Service) CreateMenu(ctx context.Context, code, name, agencyID string) (*ent.Menu, error) {
	if err := access.Check(ctx, access.EditMenu, viewer.Scope{AgencyID: agencyID}); err != nil {
		return nil, err
	}
	name = strings.TrimSpace(name)
	switch {
	case !menuCode.MatchString(code):
		return nil, fail.Field("code", fail.Invalid, "use 2 to 60 of a-z, 0-9 and hyphens")
	case name == "" || utf8.RuneCountInString(name) > maxName || name != valid(name):
		return nil, fail.Field("name", fail.Invalid, "must have 1 to %d characters", maxName)
	}
	var made *ent.Menu
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		if agencyID != "" {
			if _, err := tx.Agency.Get(system, agencyID); ent.IsNotFound(err) {
				return fail.Field("agencyId", fail.NotFound, "no such agency")
			}
		}
		create := tx.Menu.Create().SetCode(code).SetName(name)
		if agencyID != "" {
			create.SetAgencyID(agencyID)
		}
		made, err = create.Save(system)
		if ent.IsConstraintError(err) {
			return fail.Field("code", fail.Conflict, "another menu has this code")
		}
		if err != nil {
			return fmt.Errorf("write menu: %w", err)
		}
		return access.Audit(ctx, tx, "menu.create", made.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return made.Unwrap(), nil
}

// ValidateMenu says what is wrong with a flow; nothing when it may be saved. For whoever edits menus.
func (s *Service) ValidateMenu(ctx context.Context, document string) (ivr.Problems, error) {
	if err := s.edits(ctx); err != nil {
		return nil, err
	}
	_, problems, err := parse(document)
	return problems, err
}

// edits refuses who edits no menus at all.
func (s *Service) edits(ctx context.Context) error {
	v := viewer.From(ctx)
	for _, g := range v.Grants {
		if reach := access.ReachOf(access.EditMenu, g.Role); v.Kind == viewer.Account && reach >= access.Inside {
			return nil
		}
	}
	return access.Check(ctx, access.EditMenu, access.Anywhere)
}

func parse(document string) (*ivr.Flow, ivr.Problems, error) {
	if len(document) > ivr.MaxFlowBytes {
		return nil, nil, fail.Field("document", fail.TooLarge, "is larger than %d bytes", ivr.MaxFlowBytes)
	}
	flow, err := ivr.Parse([]byte(document))
	var problems ivr.Problems
	if errors.As(err, &problems) {
		return nil, problems, nil
	}
	return flow, nil, err
}

// DraftMenu keeps a flow as a new draft. Problems, when there are any, say why it was not kept.
func (s *Service) DraftMenu(ctx context.Context, menuID, document, comment string) (*ent.MenuVersion, ivr.Problems, error) {
	comment = strings.TrimSpace(comment)
	if utf8.RuneCountInString(comment) > maxComment || comment != valid(comment) {
		return nil, nil, fail.Field("comment", fail.Invalid, "is longer than %d characters, or no text", maxComment)
	}
	if err := s.edits(ctx); err != nil {
		return nil, nil, err
	}
	_, problems, err := parse(document)
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	var made *ent.MenuVersion
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		m, err := s.lockMenu(ctx, system, tx, menuID, access.EditMenu)
		if err != nil {
			return err
		}
		if m, err = tx.Menu.UpdateOne(m).AddVersionCount(1).Save(system); err != nil {
			return fmt.Errorf("count version: %w", err)
		}
		made, err = tx.MenuVersion.Create().SetMenuID(m.ID).SetNumber(m.VersionCount).SetDocument(json.RawMessage(document)).
			SetComment(comment).SetAuthorID(me(ctx)).SetCreatedAt(s.now()).Save(system)
		if err != nil {
			return fmt.Errorf("write version: %w", err)
		}
		return access.Audit(ctx, tx, "menu.draft", made.ID, map[string]string{"menu": m.ID})
	})
	if err != nil {
		return nil, nil, err
	}
	return made.Unwrap(), nil, nil
}

func (s *Service) lockMenu(ctx, system context.Context, tx *ent.Tx, id string, action access.Action) (*ent.Menu, error) {
	m, err := tx.Menu.Query().Where(menu.ID(id)).ForUpdate(database.Lock).Only(system)
	if ent.IsNotFound(err) {
		return nil, fail.Field("menuId", fail.NotFound, "no such menu")
	}
	if err != nil {
		return nil, fmt.Errorf("lock menu: %w", err)
	}
	return m, access.Check(ctx, action, viewer.Scope{AgencyID: m.AgencyID})
}

// PublishMenu lets callers hear a version, whichever it is, from now on; the one before is archived. Callers who are in the menu go
// on with the version that they began with.
func (s *Service) PublishMenu(ctx context.Context, versionID string) (*ent.MenuVersion, error) {
	if err := access.CheckObject(ctx, access.ReadReference, access.Object{}); err != nil {
		return nil, err
	}
	missing := fail.Field("menuVersionId", fail.NotFound, "no such version")
	one, err := s.o.Client.MenuVersion.Get(viewer.AsSystem(ctx), versionID)
	if ent.IsNotFound(err) {
		return nil, missing
	}
	if err != nil {
		return nil, away(err)
	}
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		m, err := s.lockMenu(ctx, system, tx, one.MenuID, access.PublishMenu)
		if err != nil {
			return err
		}
		if one, err = tx.MenuVersion.Get(system, versionID); err != nil || one.State == menuversion.StatePublished {
			return err
		}
		if _, problems, err := parse(string(one.Document)); err != nil || len(problems) > 0 { // kept by an older release
			return errors.Join(fail.New(fail.Invalid, "the version is not valid any more: %s", problems.Error()), err)
		}
		err = tx.MenuVersion.Update().Where(menuversion.MenuID(m.ID), menuversion.StateEQ(menuversion.StatePublished)).
			SetState(menuversion.StateArchived).Exec(system)
		if err != nil {
			return fmt.Errorf("archive version: %w", err)
		}
		one, err = tx.MenuVersion.UpdateOne(one).SetState(menuversion.StatePublished).SetPublishedAt(s.now()).SetPublisherID(me(ctx)).Save(system)
		if err != nil {
			return fmt.Errorf("publish version: %w", err)
		}
		return access.Audit(ctx, tx, "menu.publish", one.ID, map[string]string{"menu": m.ID})
	})
	if err != nil {
		return nil, err
	}
	return one.Unwrap(), nil
}
