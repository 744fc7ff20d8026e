package telemetry_test

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/telemetry"
)

const secret = "Иванов +79161234567"

type person struct{}

func (person) LogValue() slog.Value {
	return slog.GroupValue(slog.String("phone", secret), slog.String("region", "77"))
}

func TestPrivateAttributesAreWithheld(t *testing.T) {
	t.Parallel()
	for _, handler := range []func(*bytes.Buffer) slog.Handler{
		func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
	} {
		var out bytes.Buffer
		log := slog.New(telemetry.Private(handler(&out)))
		for _, key := range []string{
			"text", "Text", "messageText", "display-name", "phone", "Authorization", "accessToken", "refresh_token", "user_agent",
			"login", "password", "file_name", "citizenName", "pageURL", "clientIP",
		} {
			out.Reset()
			log.Info("said", key, secret)
			log.With(key, secret).WithGroup("g").Info("said")
			log.Info("said", slog.Group("in", slog.Group("deep", slog.String(key, secret))))
			require.NotContains(t, out.String(), "Иванов", key)
			require.NotContains(t, out.String(), "9161234567", key)
			require.Contains(t, out.String(), "(withheld)", key)
		}
		out.Reset()
		log.Info("said", "who", person{}, "error", errors.New("broken"), "interaction", "int_01")
		require.NotContains(t, out.String(), "Иванов")
		log.Warn("said", "error", errors.New("carrier refused +7 916 123-45-67 twice"), "anchor", "12:a89161234567b")
		require.NotContains(t, out.String(), "123-45-67")
		require.Contains(t, out.String(), "[телефон] twice")
		require.Contains(t, out.String(), "12:a89161234567b")
		for _, kept := range []string{"77", "broken", "int_01", "said"} {
			require.Contains(t, out.String(), kept)
		}
	}
}

func TestLevelsPass(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(telemetry.Private(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn})))
	log.Info("quiet")
	require.Empty(t, out.String())
	log.Warn("loud")
	require.Contains(t, out.String(), "loud")
}
