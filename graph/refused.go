package graph

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ekc/graph/model"
	"ekc/internal/fail"
)

const (
	mutationType = "Mutation"
	queryType    = "Query"
	// unknownField stands for a field that an input does not have, as in mass assignment: its name is the client's own.
	unknownField = "Input.unknown"
)

// forgeable are the arguments that nobody gets wrong by mistake.
var forgeable = []string{"after", "before", "cursor", "file", "actions"}

// contested are the mutations that decide once and for all: whoever comes second has raced somebody, or tries again.
var contested = []string{"accessRequestDecide", "accessRequestWithdraw", "citizenRequestApprove", "citizenRequestRefuse"}

// tellToken has the audit log know of a bearer token that opens nothing.
func (r *Resolver) tellToken(ctx context.Context, token string, code fail.Code) {
	if code != fail.Unauthenticated {
		return
	}
	if err := r.Access.RefusedToken(ctx, token); err != nil && ctx.Err() == nil {
		r.Logger.WarnContext(ctx, "a refused token is not in the audit log", "error", err)
	}
}

// tellRefusal has the audit log know of an attempt that failed: what a role may not, ids of what others have, forged cursors, files that are
// none, secrets that are wrong, decisions that were made already.
func (r *Resolver) tellRefusal(ctx context.Context, code fail.Code) {
	field := graphql.GetFieldContext(ctx)
	if field == nil || field.Field.Field == nil {
		return
	}
	r.tell(ctx, field.Object+"."+field.Field.Name, code) // not by its alias, which the client makes up
}

func (r *Resolver) tell(ctx context.Context, what string, code fail.Code) {
	if err := r.Access.Refused(ctx, what, string(code)); err != nil && ctx.Err() == nil {
		r.Logger.WarnContext(ctx, "a refusal is not in the audit log", "field", what, "error", err)
	}
}

// tellPayloads is the field middleware that looks for attempts in the payloads of mutations, and in what was asked for by an id and was not
// found.
func (r *Resolver) tellPayloads(ctx context.Context, next graphql.Resolver) (any, error) {
	found, err := next(ctx)
	field := graphql.GetFieldContext(ctx)
	if err != nil || field == nil || field.Field.Field == nil {
		return found, err
	}
	var code fail.Code
	switch {
	case field.Object == mutationType:
		code = refusalIn(field.Field.Name, found)
	case field.Object == queryType && byID(field.Field.Definition) && missing(found):
		code = fail.NotFound
	}
	if code != "" {
		r.tellRefusal(ctx, code)
	}
	return found, err
}

// byID reports whether a field finds what an id names.
func byID(field *ast.FieldDefinition) bool {
	return field != nil && slices.ContainsFunc(field.Arguments, func(a *ast.ArgumentDefinition) bool {
		return a.Type.NonNull && a.Type.Name() == "ID"
	})
}

// missing reports whether an object, or one of several, is null.
func missing(found any) bool {
	v := reflect.ValueOf(found)
	switch v.Kind() { //nolint:exhaustive // others are never null
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Interface:
		return v.IsNil()
	case reflect.Slice:
		for i := range v.Len() {
			if e := v.Index(i); (e.Kind() == reflect.Pointer || e.Kind() == reflect.Interface) && e.IsNil() {
				return true
			}
		}
	}
	return false
}

// tellErrors is the presenter's last step.
func (r *Resolver) tellErrors(present graphql.ErrorPresenterFunc) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := present(ctx, err)
		code, _ := shown.Extensions["code"].(string)
		field, _ := shown.Extensions["field"].(string)
		if unknownInput(shown) {
			r.tell(ctx, unknownField, fail.Invalid)
		}
		if code == string(fail.NotFound) || looksTried(fail.Code(code), field) || (len(shown.Path) > 0 && looksTried(fail.Code(code), lastName(shown.Path))) {
			r.tellRefusal(ctx, fail.Code(code))
		}
		return shown
	}
}

// lastName is where an argument that could not be read stands.
func lastName(path ast.Path) string {
	name, _ := path[len(path)-1].(ast.PathName)
	return string(name)
}

func looksTried(code fail.Code, field string) bool {
	return code == fail.Forbidden || (code == fail.Invalid && slices.Contains(forgeable, field))
}

// unknownInput reports whether an error is about a field that an input does not have, in the text of an operation or in its variables.
func unknownInput(e *gqlerror.Error) bool {
	return (e.Rule == "ValuesOfCorrectType" && strings.Contains(e.Message, "is not defined by type")) || e.Message == "unknown field"
}

// refusalIn is the code of a failure in the payload of a mutation that looks like an attempt; empty for none.
func refusalIn(mutation string, shown any) fail.Code {
	payload := reflect.Indirect(reflect.ValueOf(shown))
	if payload.Kind() != reflect.Struct {
		return ""
	}
	errs := payload.FieldByName("UserErrors")
	if !errs.IsValid() {
		return ""
	}
	all, _ := errs.Interface().([]*model.UserError)
	for _, e := range all {
		code := fail.Code(e.Code)
		switch {
		case code == fail.NotFound, looksTried(code, value(e.Field)):
			return code
		case code == fail.Conflict && slices.Contains(contested, mutation):
			return code
		case code == fail.Unauthenticated && (e.Field != nil || mutation == "tokenRefresh"): // a secret was shown, and is wrong
			return code
		}
	}
	return ""
}
