package graph

import (
	"context"

	"ekc/access"
	"ekc/ent"
	"ekc/graph/model"
	"ekc/internal/fail"
)

// SignInCode is the resolver for the signInCode field.
func (r *mutationResolver) SignInCode(ctx context.Context, input model.SignInCodeInput) (*model.SignInPayload, error) {
	tokens, account, codes, err := r.Access.SignInCode(ctx, input.Challenge, input.Code)
	payload, err := r.signedIn(ctx, tokens, account, err)
	if payload != nil {
		payload.RecoveryCodes = codes
	}
	return payload, err
}

// SignInEnrol is the resolver for the signInEnrol field.
func (r *mutationResolver) SignInEnrol(ctx context.Context, input model.SignInEnrolInput) (*model.EnrolmentPayload, error) {
	return enrolmentPayload(r.Access.SignInEnrol(ctx, input.Challenge))
}

// SignInPassword is the resolver for the signInPassword field.
func (r *mutationResolver) SignInPassword(ctx context.Context, input model.SignInPasswordInput) (*model.SignInPayload, error) {
	tokens, account, err := r.Access.SignInPassword(ctx, input.Challenge, input.New)
	return r.signedIn(ctx, tokens, account, err)
}

// Step is the resolver for the step field.
func (r *signInChallengeResolver) Step(_ context.Context, obj *access.Challenge) (model.SignInStep, error) {
	return model.SignInStep(obj.Step), nil
}

func enrolmentPayload(e access.Enrolment, err error) (*model.EnrolmentPayload, error) {
	payload := &model.EnrolmentPayload{}
	if err == nil {
		payload.Enrolment = &e
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// SecondFactorBegin is the resolver for the secondFactorBegin field.
func (r *mutationResolver) SecondFactorBegin(ctx context.Context, input model.SecondFactorBeginInput) (*model.EnrolmentPayload, error) {
	return enrolmentPayload(r.Access.BeginFactor(ctx, input.Password))
}

// SecondFactorConfirm is the resolver for the secondFactorConfirm field.
func (r *mutationResolver) SecondFactorConfirm(ctx context.Context, input model.SecondFactorCodeInput) (*model.RecoveryCodesPayload, error) {
	return codesPayload(r.Access.ConfirmFactor(ctx, input.Code))
}

// RecoveryCodesRenew is the resolver for the recoveryCodesRenew field.
func (r *mutationResolver) RecoveryCodesRenew(ctx context.Context, input model.SecondFactorCodeInput) (*model.RecoveryCodesPayload, error) {
	return codesPayload(r.Access.RenewRecoveryCodes(ctx, input.Code))
}

// SecondFactorRemove is the resolver for the secondFactorRemove field.
func (r *mutationResolver) SecondFactorRemove(ctx context.Context, input model.SecondFactorCodeInput) (*model.RecoveryCodesPayload, error) {
	return codesPayload(nil, r.Access.RemoveFactor(ctx, input.Code))
}

func codesPayload(codes []string, err error) (*model.RecoveryCodesPayload, error) {
	errs, err := userErrors(err)
	return &model.RecoveryCodesPayload{RecoveryCodes: codes, UserErrors: errs}, err
}

// SecondFactorReset is the resolver for the secondFactorReset field.
func (r *mutationResolver) SecondFactorReset(ctx context.Context, input model.AccountInput) (*model.AccountPayload, error) {
	return accountPayload(r.Access.ResetFactor(ctx, input.AccountID))
}

// SecondFactor is the resolver for the secondFactor field.
func (r *accountResolver) SecondFactor(ctx context.Context, obj *ent.Account) (*access.FactorState, error) {
	state, err := r.Access.Factor(ctx, obj.ID)
	switch fail.CodeOf(err) {
	case "":
		return &state, nil
	case fail.Forbidden, fail.Unauthenticated:
		return nil, nil //nolint:nilnil // null in the contract
	default:
		return nil, err
	}
}

// AccountCertificateBind is the resolver for the accountCertificateBind field.
func (r *mutationResolver) AccountCertificateBind(ctx context.Context, input model.AccountCertificateBindInput) (*model.AccountPayload, error) {
	return accountPayload(r.Access.BindCertificate(ctx, input.AccountID, value(input.Subject)))
}

// SignOutOthers is the resolver for the signOutOthers field.
func (r *mutationResolver) SignOutOthers(ctx context.Context) (*model.SignOutPayload, error) {
	return signOutPayload(r.Access.SignOutOthers(ctx))
}

// SessionRevoke is the resolver for the sessionRevoke field.
func (r *mutationResolver) SessionRevoke(ctx context.Context, input model.SessionRevokeInput) (*model.SignOutPayload, error) {
	return signOutPayload(r.Access.RevokeSession(ctx, input.SessionID))
}

// AccountSessionsRevoke is the resolver for the accountSessionsRevoke field.
func (r *mutationResolver) AccountSessionsRevoke(ctx context.Context, input model.AccountInput) (*model.SignOutPayload, error) {
	return signOutPayload(r.Access.RevokeSessionsOf(ctx, input.AccountID))
}

func signOutPayload(closed int, err error) (*model.SignOutPayload, error) {
	errs, err := userErrors(err)
	return &model.SignOutPayload{ClosedSessions: closed, UserErrors: errs}, err
}
