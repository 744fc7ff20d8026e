//go:build ignore

// Command entc generates the ent package, with the pagination, field collection and node look-up that gqlgen uses.
package main

import (
	"log"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
	gql, err := entgql.NewExtension(
		entgql.WithConfigPath("../gqlgen.yml"),
		entgql.WithNodeDescriptor(false),
	)
	if err != nil {
		log.Fatalf("entgql extension: %v", err)
	}
	cfg := &gen.Config{
		Features: []gen.Feature{
			gen.FeaturePrivacy, gen.FeatureLock, gen.FeatureUpsert, gen.FeatureModifier, gen.FeatureExecQuery,
			gen.FeatureVersionedMigration,
		},
	}
	if err := entc.Generate("./schema", cfg, entc.Extensions(gql)); err != nil {
		log.Fatalf("generate ent: %v", err)
	}
}
