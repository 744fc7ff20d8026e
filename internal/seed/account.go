package seed

import (
	"context"
	"fmt"

	"ekc/ent"
	entrole "ekc/ent/roleassignment"
)

// role is a role within agency × region × line; empty and 0 mean all.
type role struct {
	role           entrole.Role
	agency, region string
	line           int
}

// account is a person of the demo centre.
type account struct {
	login, name, duty string
	roles             []role
	site              string
	queues            []string
	skills            map[string]int
}

// demoAccounts cover every role of the centre.
var demoAccounts = []account{
	{login: "admin", name: "Ольга Администратор", duty: "administrator of the centre", roles: []role{{role: entrole.RoleAdministrator}}},
	{login: "supervisor", name: "Сергей Петрович Орлов", duty: "supervisor, all agencies", roles: []role{{role: entrole.RoleSupervisor}}},
	{login: "supervisor.fss", name: "Галина Юрьевна Лис", duty: "supervisor, FSS", roles: []role{{role: entrole.RoleSupervisor, agency: "FSS"}}},
	{
		login: "operator1", name: "Анна", duty: "operator, line 1, all topics", roles: []role{{role: entrole.RoleOperator, line: 1}},
		site: siteKey("PFR", "77"), queues: []string{
			queueGeneral, "chat-line1-pfr", "chat-line1-fss", "chat-line1-mse", "chat-line1-rostrud", "chat-line1-mintrud", "chat-line1-oszn",
		},
		skills: map[string]int{"PENSIONS": 7, "BENEFITS": 7, "MATERNITY": 6, "LABOUR": 5},
	},
	{
		login: "operator2", name: "Булат", duty: "operator, line 1, pensions and benefits, Tatar", roles: []role{{role: entrole.RoleOperator, line: 1}},
		site: siteKey("FSS", "16"), queues: []string{queueGeneral, "chat-line1-pfr", "chat-line1-fss", "chat-line1-tatar"},
		skills: map[string]int{"PENSIONS": 8, "BENEFITS": 8, "MATERNITY": 8, "LANG_TATAR": 10},
	},
	{
		login: "operator3", name: "Вера", duty: "operator, line 1, disability and labour", roles: []role{{role: entrole.RoleOperator, line: 1}},
		site: siteKey("ROSTRUD", "54"), queues: []string{queueGeneral, "chat-line1-mse", "chat-line1-rostrud", "chat-line1-mintrud", "chat-line1-oszn"},
		skills: map[string]int{"DISABILITY": 8, "LABOUR": 8, "LANG_ENGLISH": 7},
	},
	line2Operator("line2.pfr", "Мария Николаевна Зорина", []string{"PFR", "OSZN"}, siteKey("PFR", "77"),
		[]string{queuePFR2, "chat-line2-pfr-77", queueOSZN2, "chat-line2-oszn-16"}, map[string]int{"PENSIONS": 9, "MATERNITY": 9}),
	line2Operator("line2.fss", "Дмитрий Олегович Снегирёв", []string{"FSS", "MSE"}, siteKey("FSS", "78"),
		[]string{"chat-line2-fss", "chat-line2-mse"}, map[string]int{"BENEFITS": 9, "DISABILITY": 7}),
	line2Operator("line2.rostrud", "Елена Павловна Кедрова", []string{"ROSTRUD", "MINTRUD"}, siteKey("ROSTRUD", "54"),
		[]string{"chat-line2-rostrud", "chat-line2-mintrud"}, map[string]int{"LABOUR": 9}),
	{
		login: "content.manager", name: "Ирина Львовна Ясная", duty: "content manager, PFR",
		roles: []role{{role: entrole.RoleContentManager, agency: "PFR"}},
	},
	{
		login: "es.admin", name: "Пётр Ильич Рощин", duty: "expert-system administrator, PFR",
		roles: []role{{role: entrole.RoleExpertSystemAdministrator, agency: "PFR"}},
	},
	{
		login: "segment.admin", name: "Нина Фёдоровна Берег", duty: "segment administrator, PFR, region 77",
		roles: []role{{role: entrole.RoleSegmentAdministrator, agency: "PFR", region: "77"}},
	},
	{
		login: "coordinator", name: "Тимур Ринатович Валеев", duty: "segment coordinator, OSZN, region 16",
		roles: []role{{role: entrole.RoleSegmentCoordinator, agency: "OSZN", region: "16"}},
	},
	{
		login: "head.office", name: "Алексей Романович Громов", duty: "head office, PFR",
		roles: []role{{role: entrole.RoleExpertSystemUser, agency: "PFR"}},
	},
}

// line2Operator works for two agencies, so that no queue of the demo is without anybody, and on duty out of hours.
func line2Operator(login, name string, agencies []string, site string, queues []string, skills map[string]int) account {
	a := account{
		login: login, name: name, duty: fmt.Sprintf("operator, line 2, %s and %s", agencies[0], agencies[1]),
		site: site, queues: append(queues, queueDuty), skills: skills,
	}
	skills["PERSONAL_DATA"] = 9
	for _, agency := range agencies {
		a.roles = append(a.roles, role{role: entrole.RoleOperator, agency: agency, line: 2})
	}
	return a
}

func (a account) operator() bool { return a.roles[0].role == entrole.RoleOperator }

// missingAccounts returns the demo accounts that the database lacks.
func missingAccounts(ctx context.Context, client *ent.Client) ([]account, error) {
	present, err := client.Account.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, a := range present {
		have[a.Login] = true
	}
	var missing []account
	for _, a := range demoAccounts {
		if !have[a.login] {
			missing = append(missing, a)
		}
	}
	return missing, nil
}

// addAccounts makes the accounts with their password hashes, by login.
func (s *seeding) addAccounts(ctx context.Context, missing []account, hashes map[string]string) error {
	for _, a := range missing {
		create := s.tx.Account.Create().SetLogin(a.login).SetDisplayName(a.name).SetPasswordHash(hashes[a.login])
		if a.site != "" {
			create.SetSiteID(s.sites[a.site])
		}
		made, err := create.Save(ctx)
		if err != nil {
			return err
		}
		s.fresh[made.ID] = true
		if err := s.equip(ctx, a, made.ID); err != nil {
			return fmt.Errorf("account %s: %w", a.login, err)
		}
		if err := s.addPhone(ctx, a, made.ID); err != nil {
			return fmt.Errorf("phone of %s: %w", a.login, err)
		}
		s.report.Accounts = append(s.report.Accounts, Account{Login: a.login, Name: a.name, Duty: a.duty})
		s.report.Added++
	}
	return nil
}

// equip gives a new account its roles, its skills and the presence of one who is not at work.
func (s *seeding) equip(ctx context.Context, a account, id string) error {
	for _, r := range a.roles {
		create := s.tx.RoleAssignment.Create().SetAccountID(id).SetRole(r.role)
		if r.agency != "" {
			create.SetAgencyID(s.agencies[r.agency])
		}
		if r.region != "" {
			create.SetRegionID(s.regions[r.region])
		}
		if r.line != 0 {
			create.SetLine(r.line)
		}
		if err := create.Exec(ctx); err != nil {
			return err
		}
	}
	for code, proficiency := range a.skills {
		err := s.tx.AccountSkill.Create().SetAccountID(id).SetSkillID(s.skills[code]).SetProficiency(proficiency).Exec(ctx)
		if err != nil {
			return err
		}
	}
	if !a.operator() {
		return nil
	}
	return s.tx.Presence.Create().SetAccountID(id).Exec(ctx)
}

// addMemberships lets operators work in queues, where the operator or the queue is new: who was taken out stays out.
func (s *seeding) addMemberships(ctx context.Context) error {
	present, err := s.tx.Account.Query().All(ctx)
	if err != nil {
		return err
	}
	ids := map[string]string{}
	for _, a := range present {
		ids[a.Login] = a.ID
	}
	for _, a := range demoAccounts {
		for _, code := range withVoice(a.queues) {
			accountID, queueID := ids[a.login], s.queues[code]
			if !s.fresh[accountID] && !s.fresh[queueID] {
				continue
			}
			if err := s.tx.QueueMember.Create().SetAccountID(accountID).SetQueueID(queueID).Exec(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}
