package graph

import (
	"context"
	"reflect"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ekc/graph/model"
	"ekc/internal/fail"
)

const mutationType = "Mutation"

// forgeable are the arguments that nobody gets wrong by mistake.
var forgeable = []string{"after", "before", "cursor", "file"}

// tellRefusal has the audit log know of an attempt that failed: what a role may not, objects of others in mutations, forged cursors, files
// that are none.
func (r *Resolver) tellRefusal(ctx context.Context, code fail.Code) {
	field := graphql.GetFieldContext(ctx)
	if field == nil || field.Field.Field == nil {
		return
	}
	what := field.Object + "." + field.Field.Name // not by its alias, which the client makes up
	if err := r.Access.Refused(ctx, what, string(code)); err != nil && ctx.Err() == nil {
		r.Logger.WarnContext(ctx, "a refusal is not in the audit log", "field", what, "error", err)
	}
}

// tellPayloads is the field middleware that looks for attempts in the payloads of mutations.
func (r *Resolver) tellPayloads(ctx context.Context, next graphql.Resolver) (any, error) {
	value, err := next(ctx)
	if field := graphql.GetFieldContext(ctx); err == nil && field != nil && field.Object == mutationType {
		if code := refusalIn(value); code != "" {
			r.tellRefusal(ctx, code)
		}
	}
	return value, err
}

// tellErrors is the presenter's last step.
func (r *Resolver) tellErrors(present graphql.ErrorPresenterFunc) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := present(ctx, err)
		code, _ := shown.Extensions["code"].(string)
		field, _ := shown.Extensions["field"].(string)
		if looksTried(fail.Code(code), field) || (len(shown.Path) > 0 && looksTried(fail.Code(code), lastName(shown.Path))) {
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

// refusalIn is the code of a failure in a payload that looks like an attempt; empty for none.
func refusalIn(shown any) fail.Code {
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
		if code := fail.Code(e.Code); code == fail.NotFound || looksTried(code, value(e.Field)) {
			return code
		}
	}
	return ""
}
