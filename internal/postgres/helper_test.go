package postgres_test

import (
	"context"
	"fmt"
	"os"

	"ekc/internal/postgres"
)

// startAndWait is the process that a test kills.
func startAndWait(dir string) int {
	_, err := postgres.Start(context.Background(), postgres.Options{DataDir: dir, Settings: quick})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if _, err := os.Stdout.WriteString("ready"); err != nil {
		return 1
	}
	select {}
}
