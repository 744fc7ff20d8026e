package graph

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/accessrequest"
	"ekc/ent/account"
	"ekc/ent/admission"
	"ekc/ent/agency"
	"ekc/ent/alert"
	"ekc/ent/apikey"
	"ekc/ent/attachment"
	"ekc/ent/auditentry"
	"ekc/ent/businesshours"
	"ekc/ent/calibration"
	"ekc/ent/callback"
	"ekc/ent/citizen"
	"ekc/ent/course"
	"ekc/ent/deferral"
	"ekc/ent/directive"
	"ekc/ent/disposition"
	"ekc/ent/evaluation"
	"ekc/ent/incident"
	"ekc/ent/interaction"
	"ekc/ent/menu"
	"ekc/ent/menuversion"
	"ekc/ent/message"
	"ekc/ent/offer"
	"ekc/ent/phone"
	"ekc/ent/queue"
	"ekc/ent/region"
	"ekc/ent/servicenumber"
	"ekc/ent/site"
	"ekc/ent/skill"
	"ekc/ent/trainingassignment"
	"ekc/ent/trunk"
	"ekc/internal/ids"
)

// tables are the tables of the nodes, by the prefix of their ids.
var tables = map[string]string{
	"acc": account.Table, "agn": agency.Table, "att": attachment.Table, "aud": auditentry.Table,
	"hrs": businesshours.Table, "cit": citizen.Table, "dis": disposition.Table, "int": interaction.Table,
	"msg": message.Table, "off": offer.Table, "que": queue.Table, "reg": region.Table, "sit": site.Table,
	"skl": skill.Table, "cbk": callback.Table, "trk": trunk.Table, "num": servicenumber.Table, "mnu": menu.Table,
	"mnv": menuversion.Table, "phn": phone.Table,
	"dfr": deferral.Table, "inc": incident.Table, "dir": directive.Table, "alt": alert.Table,
	"evl": evaluation.Table, "clb": calibration.Table,
	"arq": accessrequest.Table,
	"crs": course.Table, "tas": trainingassignment.Table, "adm": admission.Table, "key": apikey.Table,
}

// tableOf is the table of an id; empty when it is no node's.
func tableOf(id string) string {
	prefix, _ := ids.Prefix(id)
	return tables[prefix]
}

// node reads any object as the viewer; null when there is none, or none that they may see.
func (r *Resolver) node(ctx context.Context, id string) (ent.Noder, error) {
	table := tableOf(id)
	if table == "" {
		return nil, nil //nolint:nilnil // null in the contract
	}
	node, err := r.Client.Noder(ctx, id, ent.WithFixedNodeType(table))
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // null in the contract
	}
	return node, err
}

// nodes reads objects as the viewer, those of one table by one query; null where there is none, or none that they may see.
func (r *Resolver) nodes(ctx context.Context, asked []string) ([]ent.Noder, error) {
	nodes := make([]ent.Noder, len(asked))
	var known []string
	at := map[string][]int{}
	for i, id := range asked {
		if tableOf(id) == "" {
			continue
		}
		if at[id] == nil {
			known = append(known, id)
		}
		at[id] = append(at[id], i)
	}
	if len(known) == 1 { // the generated code would fail on one that is missing
		node, err := r.node(ctx, known[0])
		if err != nil {
			return nil, err
		}
		for _, i := range at[known[0]] {
			nodes[i] = node
		}
		return nodes, nil
	}
	var failures []error
	kept := graphql.WithResponseContext(ctx, func(_ context.Context, err error) *gqlerror.Error {
		failures = append(failures, err)
		return nil
	}, graphql.DefaultRecover)
	found, err := r.Client.Noders(kept, known, ent.WithNodeType(func(_ context.Context, id string) (string, error) { return tableOf(id), nil }))
	if err != nil {
		return nil, err
	}
	for _, err := range failures { // a missing one is told without a cause
		if told := (*gqlerror.Error)(nil); !errors.As(err, &told) || told.Err != nil {
			return nil, err
		}
	}
	for n, id := range known {
		for _, i := range at[id] {
			nodes[i] = found[n]
		}
	}
	return nodes, nil
}

// interaction reads one as the viewer; null when they may not see it.
func (r *Resolver) interaction(ctx context.Context, id string) (*ent.Interaction, error) {
	q, err := r.Client.Interaction.Query().CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	i, err := q.Where(interaction.ID(id)).Only(ctx)
	return i, ignoreMissing(err)
}

// sorted returns rows in the order of a key.
func sorted[T any](rows []T, key func(T) string) []T {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b T) int { return strings.Compare(key(a), key(b)) })
	return rows
}

// scopes are the segments of roles.
func scopes(roles []*ent.RoleAssignment) []viewer.Scope {
	all := make([]viewer.Scope, len(roles))
	for i, role := range roles {
		all[i] = viewer.Scope{AgencyID: role.AgencyID, RegionID: role.RegionID, Line: value(role.Line)}
	}
	return all
}
