package access_test

import (
	"context"
	"encoding/base32"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/totp"
	"ekc/access/viewer"
	"ekc/ent/auditentry"
	"ekc/internal/fail"
)

// reversed is a vault whose work can be seen.
type reversed struct{}

func (reversed) Seal(_ context.Context, id string, secret []byte) ([]byte, error) {
	return append([]byte(id), secret...), nil
}

func (reversed) Unseal(_ context.Context, id string, sealed []byte) ([]byte, error) {
	return sealed[len(id):], nil
}

// code is that of the generator, so many steps from now.
func (c *centre) code(e access.Enrolment, steps int64) string {
	c.t.Helper()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	require.NoError(c.t, err)
	return totp.Code(secret, totp.StepAt(c.clock.Now())+steps)
}

// protected is an account with a second factor, its generator and recovery codes.
func (c *centre) protected(login string, roles ...access.NewRole) (access.Enrolment, []string) {
	c.t.Helper()
	ctx := c.login(login, roles...)
	e, err := c.service.BeginFactor(ctx, password)
	require.NoError(c.t, err)
	codes, err := c.service.ConfirmFactor(ctx, c.code(e, 0))
	require.NoError(c.t, err)
	require.Len(c.t, codes, 10)
	return e, codes
}

// challenged signs in as far as the password goes.
func (c *centre) challenged(login, password string, step access.SignInStep) string {
	c.t.Helper()
	tokens, account, err := c.service.SignIn(c.t.Context(), login, password)
	require.NoError(c.t, err)
	require.Nil(c.t, account)
	require.Empty(c.t, tokens.AccessToken)
	require.NotNil(c.t, tokens.Challenge)
	require.Equal(c.t, step, tokens.Challenge.Step)
	return tokens.Challenge.Token
}

func TestSecondFactorIsAskedFor(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(o *access.Options) { o.Vault = reversed{} })
	e, _ := c.protected("ivanov")
	kept := c.core.Client.SecondFactor.Query().OnlyX(c.system)
	require.Len(t, kept.Secret, len(kept.ID)+20, "it went through the vault")
	c.clock.pass(time.Minute)
	challenge := c.challenged("ivanov", password, access.StepCode)
	_, err := c.service.Authenticate(t.Context(), challenge)
	c.refused(fail.Unauthenticated, err)
	_, _, _, err = c.service.SignInCode(t.Context(), challenge, "000000")
	c.refused(fail.Unauthenticated, err)
	code := c.code(e, 0)
	tokens, account, codes, err := c.service.SignInCode(t.Context(), challenge, code[:3]+" "+code[3:])
	require.NoError(t, err)
	require.Equal(t, "ivanov", account.Login)
	require.Empty(t, codes)
	c.as(tokens.AccessToken)
	_, _, _, err = c.service.SignInCode(t.Context(), challenge, c.code(e, 1))
	c.refused(fail.Unauthenticated, err)
	_, _, _, err = c.service.SignInCode(t.Context(), c.challenged("ivanov", password, access.StepCode), code)
	c.refused(fail.Unauthenticated, err)
	require.Equal(t, 1, c.audited("factor.confirm", account.ID))
	require.Equal(t, 2, c.audited("factor.refused", account.ID))
}

func TestOneCodeOpensOnce(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	e, _ := c.protected("ivanov")
	c.clock.pass(time.Minute)
	code := c.code(e, 0)
	var wait sync.WaitGroup
	opened := make(chan bool, 4)
	for range 4 {
		challenge := c.challenged("ivanov", password, access.StepCode)
		wait.Go(func() {
			tokens, _, _, err := c.service.SignInCode(t.Context(), challenge, code)
			opened <- err == nil && tokens.AccessToken != ""
		})
	}
	wait.Wait()
	close(opened)
	n := 0
	for ok := range opened {
		if ok {
			n++
		}
	}
	require.Equal(t, 1, n)
}

func TestRecoveryCodesWorkOnce(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	_, codes := c.protected("ivanov")
	for range 2 {
		for i, want := range []fail.Code{"", fail.Unauthenticated} {
			_, _, _, err := c.service.SignInCode(t.Context(), c.challenged("ivanov", password, access.StepCode), codes[0])
			require.Equal(t, want, fail.CodeOf(err), i)
		}
		codes = codes[1:]
	}
	tokens, _, _, err := c.service.SignInCode(t.Context(), c.challenged("ivanov", password, access.StepCode), codes[0])
	require.NoError(t, err)
	ctx := c.as(tokens.AccessToken)
	state, err := c.service.Factor(ctx, viewer.From(ctx).AccountID)
	require.NoError(t, err)
	require.Equal(t, access.FactorState{On: true, RecoveryLeft: 7}, state)
	fresh, err := c.service.RenewRecoveryCodes(ctx, codes[1])
	require.NoError(t, err)
	_, err = c.service.RenewRecoveryCodes(ctx, codes[2])
	c.refused(fail.Forbidden, err)
	require.NoError(t, c.service.RemoveFactor(ctx, fresh[0]))
	c.signIn("ivanov")
}

func TestWrongCodesLockTheFactor(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	e, _ := c.protected("ivanov")
	c.clock.pass(time.Minute)
	challenge := c.challenged("ivanov", password, access.StepCode)
	wrongly := func() {
		for range 5 {
			_, _, _, err := c.service.SignInCode(t.Context(), challenge, "000000")
			c.refused(fail.Unauthenticated, err)
		}
	}
	wrongly()
	_, _, _, err := c.service.SignInCode(t.Context(), challenge, c.code(e, 0))
	c.refused(fail.Unauthenticated, err)
	c.clock.pass(16 * time.Minute)
	_, _, _, err = c.service.SignInCode(t.Context(), challenge, c.code(e, 0))
	c.refused(fail.Unauthenticated, err) // the challenge took too long
	challenge = c.challenged("ivanov", password, access.StepCode)
	wrongly()
	c.clock.pass(16 * time.Minute)
	challenge = c.challenged("ivanov", password, access.StepCode)
	_, _, _, err = c.service.SignInCode(t.Context(), challenge, c.code(e, 0))
	c.refused(fail.Unauthenticated, err) // the second lock is twice as long
	c.clock.pass(16 * time.Minute)
	_, _, _, err = c.service.SignInCode(t.Context(), c.challenged("ivanov", password, access.StepCode), c.code(e, 0))
	require.NoError(t, err)
}

func TestRolesThatAskForASecondFactor(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(o *access.Options) { o.FactorRoles = []viewer.Role{viewer.SegmentAdministrator} })
	a := c.add("chief", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID})
	c.login("operator", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	challenge := c.challenged("chief", password, access.StepEnrol)
	_, _, _, err := c.service.SignInCode(t.Context(), challenge, "000000")
	c.refused(fail.Unauthenticated, err)
	_, _, err = c.service.SignInPassword(t.Context(), challenge, "eleven purple yaks")
	c.refused(fail.Conflict, err)
	_, err = c.service.SignInEnrol(t.Context(), challenge)
	require.NoError(t, err)
	e, err := c.service.SignInEnrol(t.Context(), challenge) // the page was loaded anew
	require.NoError(t, err)
	tokens, _, codes, err := c.service.SignInCode(t.Context(), challenge, c.code(e, 0))
	require.NoError(t, err)
	require.Len(t, codes, 10)
	ctx := c.as(tokens.AccessToken)
	c.refused(fail.Forbidden, c.service.RemoveFactor(ctx, codes[0]))
	_, err = c.service.ResetFactor(ctx, a.ID)
	c.refused(fail.Forbidden, err)
	c.challenged("chief", password, access.StepCode)

	other := c.login("other", access.NewRole{Role: viewer.Supervisor, AgencyID: c.pfr.ID})
	_, err = c.service.ResetFactor(other, a.ID)
	c.refused(fail.Forbidden, err)
	root := c.login("root", access.NewRole{Role: viewer.Administrator})
	_, err = c.service.ResetFactor(root, a.ID)
	require.NoError(t, err)
	_, err = c.service.Authenticate(t.Context(), tokens.AccessToken)
	c.refused(fail.Unauthenticated, err)
	reset := c.core.Client.AuditEntry.Query().Where(auditentry.Action("factor.reset"), auditentry.ObjectID(a.ID)).OnlyX(c.system)
	require.Equal(t, viewer.From(root).AccountID, reset.ActorID)
	c.challenged("chief", password, access.StepEnrol)
}

func TestEnrolmentNeedsThePassword(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	ctx := c.login("ivanov")
	_, err := c.service.BeginFactor(ctx, wrong)
	c.refused(fail.Forbidden, err)
	_, err = c.service.BeginFactor(t.Context(), password)
	c.refused(fail.Unauthenticated, err)
	_, err = c.service.ConfirmFactor(ctx, "000000")
	c.refused(fail.Conflict, err)
	e, err := c.service.BeginFactor(ctx, password)
	require.NoError(t, err)
	c.signIn("ivanov") // it does not count yet
	_, err = c.service.ConfirmFactor(ctx, "000000")
	c.refused(fail.Forbidden, err)
	_, err = c.service.ConfirmFactor(ctx, c.code(e, 0))
	require.NoError(t, err)
	_, err = c.service.BeginFactor(ctx, password)
	c.refused(fail.Conflict, err)
}

func TestAPasswordOfSomebodyElseIsChangedFirst(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(o *access.Options) { o.PasswordAge = 90 * 24 * time.Hour })
	root := c.login("root", access.NewRole{Role: viewer.Administrator})
	a, err := c.service.CreateAccount(root, access.NewAccount{Login: "ivanov", DisplayName: "x", Password: password})
	require.NoError(t, err)
	challenge := c.challenged("ivanov", password, access.StepPassword)
	for wanted, code := range map[string]fail.Code{password: fail.Invalid, "short": fail.Invalid, "password123": fail.Invalid} {
		_, _, err := c.service.SignInPassword(t.Context(), challenge, wanted)
		require.Equal(t, code, fail.CodeOf(err), wanted)
	}
	passwords := []string{"one purple yak here", "two purple yaks here", "three purple yaks", "four purple yaks here", "five purple yaks here"}
	tokens, _, err := c.service.SignInPassword(t.Context(), challenge, passwords[0])
	require.NoError(t, err)
	require.Equal(t, 1, c.audited("password.change", a.ID))
	_, _, err = c.service.SignInPassword(t.Context(), challenge, "six purple yaks here")
	c.refused(fail.Unauthenticated, err)

	ctx := c.as(tokens.AccessToken)
	for i := 1; i < len(passwords); i++ {
		_, err = c.service.ChangePassword(ctx, passwords[i-1], passwords[0])
		c.refused(fail.Invalid, err)
		_, err = c.service.ChangePassword(ctx, passwords[i-1], passwords[i])
		require.NoError(t, err)
	}
	_, err = c.service.ChangePassword(ctx, passwords[4], passwords[0])
	c.refused(fail.Invalid, err)
	_, err = c.service.ChangePassword(ctx, passwords[4], password)
	require.NoError(t, err, "five are remembered, the first one is forgotten")
	c.clock.pass(91 * 24 * time.Hour)
	c.challenged("ivanov", password, access.StepPassword)
}
