package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"ekc/internal/config"
)

// read parses the configuration as a command would.
func read(t *testing.T, env map[string]string, args ...string) (config.Config, error) {
	t.Helper()
	for name, value := range env {
		t.Setenv(name, value)
	}
	var c config.Config
	parser, err := kong.New(&c, kong.Exit(func(int) { t.Error("the parser wants to exit") }))
	require.NoError(t, err)
	if _, err = parser.Parse(args); err != nil {
		return c, err
	}
	return c, c.Validate()
}

func TestDefaults(t *testing.T) {
	c, err := read(t, nil)
	require.NoError(t, err)
	require.Equal(t, "./var", c.DataDir)
	require.Empty(t, c.DatabaseURL)
	require.Equal(t, "127.0.0.1:8080", c.HTTPAddr)
	require.Equal(t, "127.0.0.1:5060", c.SIPAddr)
	require.Equal(t, config.PortRange{First: 20000, Last: 29999}, c.RTPPorts)
	require.Equal(t, "127.0.0.1:8090", c.KnowledgeAddr)
	require.True(t, c.Introspection)
	require.Empty(t, c.AllowedOrigins)
	require.Equal(t, 20*time.Second, c.ShutdownTimeout)
	require.Equal(t, slog.LevelInfo, c.LogLevel)
	require.Equal(t, "http://127.0.0.1:8080", c.BaseURL())
}

func TestEnvironmentAndFlags(t *testing.T) {
	c, err := read(t, map[string]string{
		"EKC_HTTP_ADDR": "[::]:9000", "EKC_RTP_PORTS": "30000-30099", "EKC_INTROSPECTION": "false", "EKC_LOG_LEVEL": "debug",
		"EKC_ALLOWED_ORIGINS": "https://a.example,http://b.example:81", "EKC_TRUSTED_PROXIES": "10.0.0.1/8,::1", "EKC_LOG_FORMAT": "json",
		"EKC_DATABASE_URL": "postgres://u:p@db/ekc?sslmode=verify-full",
	}, "--http-addr=0.0.0.0:9001")
	require.NoError(t, err)
	require.Equal(t, "0.0.0.0:9001", c.HTTPAddr, "a flag wins over the environment")
	require.Equal(t, "http://127.0.0.1:9001", c.BaseURL())
	require.Equal(t, 100, c.RTPPorts.Count())
	require.False(t, c.Introspection)
	require.Equal(t, []string{"https://a.example", "http://b.example:81"}, c.AllowedOrigins)
	require.Len(t, c.TrustedProxies, 2)
	require.Equal(t, "10.0.0.0/8", c.TrustedProxies[0].String())
	require.Equal(t, "::1/128", c.TrustedProxies[1].String())
	var out bytes.Buffer
	c.Logger(&out).Debug("word")
	require.Contains(t, out.String(), `"msg":"word"`)
}

func TestBadValuesAreNamed(t *testing.T) {
	cases := []struct{ name, value, says string }{
		{"EKC_HTTP_ADDR", "8080", "HOST:PORT"},
		{"EKC_HTTP_ADDR", "127.0.0.1:99999", "99999"},
		{"EKC_HTTP_ADDR", "127.0.0.1:http", "number"},
		{"EKC_HTTP_ADDR", "300.1.1.1:80", "300.1.1.1"},
		{"EKC_HTTP_ADDR", "127.0.0.1:8090", "EKC_KNOWLEDGE_ADDR"},
		{"EKC_SIP_ADDR", "host name:5060", "host name"},
		{"EKC_SIP_ADDR", "127.0.0.1:20500", "EKC_RTP_PORTS"},
		{"EKC_SIP_TLS_ADDR", "127.0.0.1:5061", "EKC_SIP_TLS_KEY"},
		{"EKC_SIP_TLS_CERT", "cert.pem", "EKC_SIP_TLS_KEY"},
		{"EKC_KNOWLEDGE_ADDR", "", "HOST:PORT"},
		{"EKC_RTP_PORTS", "30000-20000", "below"},
		{"EKC_RTP_PORTS", "30000-30000", "below"},
		{"EKC_RTP_PORTS", "80-90", "1024"},
		{"EKC_RTP_PORTS", "20000", "20000-29999"},
		{"EKC_RTP_PORTS", "20000-70000", "20000-29999"},
		{"EKC_DATABASE_URL", "mysql://u:hunter2@db/ekc", "postgres://"},
		{"EKC_DATABASE_URL", "postgres://db", "postgres://"},
		{"EKC_KNOWLEDGE_DATABASE_URL", "db", "postgres://"},
		{"EKC_KNOWLEDGE_URL", "ftp://x", "https://"},
		{"EKC_PUBLIC_URL", "example.ru", "https://"},
		{"EKC_ALLOWED_ORIGINS", "https://a.example/path", "no path"},
		{"EKC_ALLOWED_ORIGINS", "a.example", "no path"},
		{"EKC_TRUSTED_PROXIES", "10.0.0.0/99", "10.0.0.0/99"},
		{"EKC_CHAT_MODEL", "m", "EKC_OPENAI_BASE_URL"},
		{"EKC_SHUTDOWN_TIMEOUT", "0s", "above zero"},
		{"EKC_DB_MAX_CONNS", "1", "between"},
		{"EKC_LOG_LEVEL", "loud", "loud"},
		{"EKC_LOG_FORMAT", "xml", "json"},
		{"EKC_DEMO_PASSWORD", "short", "8 characters"},
		{"EKC_INTROSPECTION", "maybe", "bool"},
	}
	for _, c := range cases {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			_, err := read(t, map[string]string{c.name: c.value})
			require.ErrorContains(t, err, c.says)
			require.Regexp(t, c.name+"|--", err.Error(), "the setting is named")
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestEveryFaultIsReported(t *testing.T) {
	_, err := read(t, map[string]string{"EKC_HTTP_ADDR": "x", "EKC_SIP_ADDR": "y"})
	require.ErrorContains(t, err, "EKC_HTTP_ADDR")
	require.ErrorContains(t, err, "EKC_SIP_ADDR")
}

func TestSecretsAreNotPrinted(t *testing.T) {
	c, err := read(t, map[string]string{
		"EKC_OPENAI_API_KEY": "hunter2", "EKC_OPENAI_BASE_URL": "https://models.example/v1", "EKC_DEMO_PASSWORD": "hunter2hunter2",
		"EKC_DATABASE_URL":           "postgres://u:hunter2@db/ekc?password=hunter2",
		"EKC_KNOWLEDGE_DATABASE_URL": "postgres://u:hunter2@db/base",
	})
	require.NoError(t, err)
	require.Equal(t, "hunter2", c.OpenAIAPIKey.Reveal())
	require.Contains(t, c.DatabaseURL.Reveal(), "hunter2")
	marshalled, err := json.Marshal(c)
	require.NoError(t, err)
	var log bytes.Buffer
	c.Logger(&log).Info("start", "config", c, "key", c.OpenAIAPIKey, "database", c.DatabaseURL)
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %s %q", c, c, c, c.OpenAIAPIKey, c.DatabaseURL), string(marshalled), log.String()} {
		require.NotContains(t, text, "hunter2")
	}
	require.Contains(t, log.String(), "postgres://u@db/ekc")
}

// The README's table of settings is what users see; when it exists it must name every variable.
func TestReadmeNamesEveryVariable(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if os.IsNotExist(err) {
		t.Skip("no README yet")
	}
	require.NoError(t, err)
	source, err := os.ReadFile("config.go")
	require.NoError(t, err)
	logging, err := os.ReadFile("logging.go")
	require.NoError(t, err)
	source = append(source, logging...)
	for _, name := range regexp.MustCompile(`env:"(EKC_\w+)"`).FindAllSubmatch(source, -1) {
		require.Contains(t, string(readme), string(name[1]))
	}
}
