package routing

import (
	"context"
	"fmt"
	"regexp"
	"strconv"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/accountskill"
	"ekc/ent/skill"
	"ekc/internal/fail"
	"ekc/internal/ids"
)

// maxProficiency is that of an expert.
const maxProficiency = 10

var skillCode = regexp.MustCompile(`^[A-Z0-9_]{2,40}$`)

// CreateSkill creates a skill; code is 2 to 40 of A-Z, 0-9 and underscore, unique. For administrators.
func (s *Service) CreateSkill(ctx context.Context, code, name string) (*ent.Skill, error) {
	if err := access.Check(ctx, access.CreateSkill, access.Anywhere); err != nil {
		return nil, err
	}
	if !skillCode.MatchString(code) {
		return nil, fail.Field("code", fail.Invalid, "use 2 to 40 of A-Z, 0-9 and underscore")
	}
	if err := checkName("name", name); err != nil {
		return nil, err
	}
	var made *ent.Skill
	err := s.log.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		taken, err := tx.Skill.Query().Where(skill.Code(code)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("read skill: %w", err)
		}
		if taken {
			return fail.Field("code", fail.Conflict, "another skill has this code")
		}
		made, err = tx.Skill.Create().SetCode(code).SetName(name).Save(ctx)
		if ent.IsConstraintError(err) {
			return fail.Field("code", fail.Conflict, "another skill has this code")
		}
		if err != nil {
			return fmt.Errorf("create skill: %w", err)
		}
		return access.Audit(ctx, tx, "skill.create", made.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return made.Unwrap(), nil
}

// SetAccountSkill sets an operator's proficiency in a skill, 1 to 10; 0 removes the skill. For supervisors of the
// operator's segment and administrators.
func (s *Service) SetAccountSkill(ctx context.Context, accountID, skillID string, proficiency int) (*ent.Account, error) {
	if proficiency < 0 || proficiency > maxProficiency {
		return nil, fail.Field("proficiency", fail.Invalid, "must be from 0 to %d", maxProficiency)
	}
	var a *ent.Account
	err := s.log.InTx(viewer.AsSystem(ctx), func(system context.Context, tx *ent.Tx) error {
		grants, err := s.operatorRoles(system, tx, []string{accountID})
		if err != nil {
			return err
		}
		if err := mayForAny(ctx, access.SetSkill, grants[accountID]); err != nil {
			if fail.CodeOf(err) == fail.NotFound {
				return fail.Field("accountId", fail.NotFound, "no such operator")
			}
			return err
		}
		known, err := tx.Skill.Query().Where(skill.ID(skillID)).Exist(system)
		if err != nil {
			return fmt.Errorf("read skill: %w", err)
		}
		if !known {
			return fail.Field("skillId", fail.NotFound, "no such skill")
		}
		if err := s.writeSkill(system, tx, accountID, skillID, proficiency); err != nil {
			return err
		}
		detail := map[string]string{"skill": skillID, "proficiency": strconv.Itoa(proficiency)}
		if err := access.Audit(system, tx, "account.set_skill", accountID, detail); err != nil {
			return err
		}
		a, err = tx.Account.Query().Where(account.ID(accountID)).Only(system)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Wake()
	return a.Unwrap(), nil
}

func (s *Service) writeSkill(ctx context.Context, tx *ent.Tx, accountID, skillID string, proficiency int) error {
	var err error
	if proficiency == 0 {
		_, err = tx.AccountSkill.Delete().Where(accountskill.AccountID(accountID), accountskill.SkillID(skillID)).Exec(ctx)
	} else {
		_, err = tx.ExecContext(ctx, `
			INSERT INTO account_skills (id, created_at, account_id, skill_id, proficiency) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account_id, skill_id) DO UPDATE SET proficiency = excluded.proficiency`,
			ids.New("ask"), s.clock(), accountID, skillID, proficiency)
	}
	if err != nil {
		return fmt.Errorf("write skill: %w", err)
	}
	return nil
}
