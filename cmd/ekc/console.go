package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"golang.org/x/term"

	"ekc/internal/telemetry"
)

// quiet is the logger of commands that talk to a person: warnings and worse, unless more was asked for.
func quiet(log *slog.Logger, level slog.Level) *slog.Logger {
	if level == slog.LevelInfo { // the default of a server
		return slog.New(telemetry.AtLeast(slog.LevelWarn, log.Handler()))
	}
	return log
}

// firstOf is the first error that is one.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// askPassword takes a password from the terminal, typed twice, or from the first line of a pipe. Without either, or with
// an empty answer, it draws one; drawn is true then.
func askPassword() (password string, drawn bool, err error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", false, fmt.Errorf("read the password: %w", err)
		}
		return orDrawn(strings.TrimRight(line, "\r\n"))
	}
	fmt.Fprint(os.Stderr, "Password (empty: a random one): ")
	first, err := term.ReadPassword(in)
	fmt.Fprintln(os.Stderr)
	if err != nil || len(first) == 0 {
		return orDrawn("")
	}
	fmt.Fprint(os.Stderr, "Once more: ")
	second, err := term.ReadPassword(in)
	fmt.Fprintln(os.Stderr)
	switch {
	case err != nil:
		return "", false, fmt.Errorf("read the password: %w", err)
	case string(first) != string(second):
		return "", false, errors.New("the two passwords differ")
	}
	return string(first), false, nil
}

func orDrawn(password string) (string, bool, error) {
	if password != "" {
		return password, false, nil
	}
	text := strings.ToLower(rand.Text())
	return strings.Join([]string{text[0:4], text[4:8], text[8:12], text[12:16]}, "-"), true, nil
}
