package seed

import (
	"context"
	"strings"

	"ekc/ent"
	"ekc/ent/menu"
	"ekc/ent/menuversion"
	entrole "ekc/ent/roleassignment"
	"ekc/ent/servicenumber"
	"ekc/ent/trunk"
	"ekc/internal/voice/carrier"
	"ekc/internal/voice/secret"
)

const (
	unifiedNumber = "+78006000000" // 8-800-6000-000
	mainMenu      = "main"
	demoTrunk     = "Демонстрационный оператор связи"
)

// addNumber makes the unified number with the menu that is shipped. A menu that was edited, or a number that was given another
// one, stays as it is.
func (s *seeding) addNumber(ctx context.Context) error {
	there, err := s.tx.ServiceNumber.Query().Where(servicenumber.Number(unifiedNumber)).Exist(ctx)
	if err != nil || there || len(s.menu) == 0 {
		return err
	}
	id, err := s.tx.Menu.Query().Where(menu.Code(mainMenu)).FirstID(ctx)
	if ent.IsNotFound(err) {
		id, err = s.addMenu(ctx)
	}
	if err != nil {
		return err
	}
	err = s.tx.ServiceNumber.Create().SetNumber(unifiedNumber).SetName("Единый номер ЕКЦ").SetOutbound(true).SetMenuID(id).Exec(ctx)
	s.report.Added++
	return err
}

func (s *seeding) addMenu(ctx context.Context) (string, error) {
	made, err := s.tx.Menu.Create().SetCode(mainMenu).SetName("Меню единого номера").SetVersionCount(1).Save(ctx)
	if err != nil {
		return "", err
	}
	s.report.Added++
	return made.ID, s.tx.MenuVersion.Create().SetMenuID(made.ID).SetNumber(1).SetState(menuversion.StatePublished).
		SetDocument(s.menu).SetComment("Поставляется с EKC").SetPublishedAt(made.CreatedAt).Exec(ctx)
}

// addPhone gives a new operator or supervisor a phone with the account's name and password.
func (s *seeding) addPhone(ctx context.Context, a account, id string) error {
	if !a.operator() && a.roles[0].role != entrole.RoleSupervisor {
		return nil
	}
	username := strings.ToLower(a.login)
	weak, strong := secret.HA1(username, secret.Realm, s.password)
	return s.tx.Phone.Create().SetAccountID(id).SetUsername(username).SetRealm(secret.Realm).SetHa1Md5(weak).SetHa1Sha256(strong).Exec(ctx)
}

// addTrunk makes a line to a carrier on this machine, where a SIP tool may play one: it calls from 127.0.0.2, so that phones on
// 127.0.0.1 are not taken for it.
func (s *seeding) addTrunk(ctx context.Context) error {
	there, err := s.tx.Trunk.Query().Where(trunk.Name(demoTrunk)).Exist(ctx)
	if err != nil || there {
		return err
	}
	s.report.Added++
	return s.tx.Trunk.Create().SetName(demoTrunk).SetSources([]string{"127.0.0.2/32"}).SetProxy("127.0.0.2:5080").SetSrtp(trunk.SrtpOptional).
		SetNumbersIn([]carrier.PrefixRule{{Prefix: "8", Replacement: "+7", Length: 11}, {Prefix: "7", Replacement: "+7", Length: 11}}).
		SetNumbersOut([]carrier.PrefixRule{{Prefix: "+7", Replacement: "8", Length: 12}}).SetKeepAliveSeconds(0).
		SetCallerNumber(unifiedNumber).Exec(ctx)
}
