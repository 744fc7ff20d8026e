package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const (
	minConns        = 4
	maxConns        = 1000
	firstUserPort   = 1024
	minDemoPassword = 8
	maxShutdown     = 10 * time.Minute
	maxDrain        = 24 * time.Hour
)

// Validate checks the group.
func (s Storage) Validate() error {
	var errs []error
	if s.DataDir == "" {
		errs = append(errs, errors.New("EKC_DATA_DIR is empty"))
	}
	if s.DBMaxConns < minConns || s.DBMaxConns > maxConns {
		errs = append(errs, fmt.Errorf("EKC_DB_MAX_CONNS is %d: it must be between %d and %d", s.DBMaxConns, minConns, maxConns))
	}
	return errors.Join(append(errs, checkDatabase("EKC_DATABASE_URL", s.DatabaseURL),
		checkDatabase("EKC_KNOWLEDGE_DATABASE_URL", s.KnowledgeDatabaseURL))...)
}

// Validate checks the group.
func (h HTTP) Validate() error {
	errs := []error{checkAddr("EKC_HTTP_ADDR", h.HTTPAddr), checkURL("EKC_PUBLIC_URL", h.PublicURL)}
	for _, origin := range h.AllowedOrigins {
		if origin != "*" && !isOrigin(origin) {
			errs = append(errs, fmt.Errorf("EKC_ALLOWED_ORIGINS has %q: an origin is like https://example.ru, with no path", origin))
		}
	}
	if h.ShutdownTimeout <= 0 || h.ShutdownTimeout > maxShutdown {
		errs = append(errs, fmt.Errorf("EKC_SHUTDOWN_TIMEOUT is %s: it must be above zero and at most %s", h.ShutdownTimeout, maxShutdown))
	}
	return errors.Join(errs...)
}

// Validate checks the group.
func (t Telephony) Validate() error {
	if !t.On() {
		return nil
	}
	err := checkAddr("EKC_SIP_ADDR", t.SIPAddr)
	if err == nil {
		_, _, err = t.Addresses()
	}
	err = errors.Join(err, t.SIPTLS.validate())
	if t.DrainTimeout < 0 || t.DrainTimeout > maxDrain {
		err = errors.Join(err, fmt.Errorf("EKC_DRAIN_TIMEOUT is %s: it must be at most %s", t.DrainTimeout, maxDrain))
	}
	switch {
	case t.RTPPorts.First < firstUserPort:
		err = errors.Join(err, fmt.Errorf("EKC_RTP_PORTS is %s: ports begin at %d", t.RTPPorts, firstUserPort))
	case t.RTPPorts.Count() < 2:
		err = errors.Join(err, fmt.Errorf("EKC_RTP_PORTS is %s: the first port must be below the last", t.RTPPorts))
	}
	return err
}

// Validate checks the group.
func (k Knowledge) Validate() error {
	return errors.Join(checkURL("EKC_KNOWLEDGE_URL", k.KnowledgeURL), checkAddr("EKC_KNOWLEDGE_ADDR", k.KnowledgeAddr))
}

// Validate checks the group.
func (m Models) Validate() error {
	errs := []error{checkURL("EKC_OPENAI_BASE_URL", m.OpenAIBaseURL)}
	if m.OpenAIBaseURL == "" {
		for name, value := range map[string]string{
			"EKC_EMBEDDING_MODEL": m.EmbeddingModel, "EKC_CHAT_MODEL": m.ChatModel, "EKC_TTS_MODEL": m.TTSModel, "EKC_ASR_MODEL": m.ASRModel,
		} {
			if value != "" {
				errs = append(errs, fmt.Errorf("%s is set, but EKC_OPENAI_BASE_URL is not: on which server is the model?", name))
			}
		}
	}
	if m.EmbeddingDir != "" && m.EmbeddingModel != "" {
		errs = append(errs, errors.New("EKC_EMBEDDING_DIR and EKC_EMBEDDING_MODEL are both set: which of them embeds?"))
	}
	return errors.Join(errs...)
}

// Validate checks the group.
func (l Logging) Validate() error {
	if !slices.Contains([]string{"text", "json"}, l.LogFormat) {
		return fmt.Errorf("EKC_LOG_FORMAT is %q: it must be text or json", l.LogFormat)
	}
	return nil
}

// validateTogether checks what single groups cannot see.
func (c Config) validateTogether() error {
	var errs []error
	if n := len([]rune(c.DemoPassword.Reveal())); n > 0 && n < minDemoPassword {
		errs = append(errs, fmt.Errorf("EKC_DEMO_PASSWORD is too short: at least %d characters", minDemoPassword))
	}
	if c.HTTPAddr == c.KnowledgeAddr && !anyPort(c.HTTPAddr) {
		errs = append(errs, fmt.Errorf("EKC_HTTP_ADDR and EKC_KNOWLEDGE_ADDR are both %s", c.HTTPAddr))
	}
	if _, port, err := net.SplitHostPort(c.SIPAddr); err == nil {
		if n, err := strconv.ParseUint(port, 10, 16); err == nil && uint16(n) >= c.RTPPorts.First && uint16(n) <= c.RTPPorts.Last {
			errs = append(errs, fmt.Errorf("the port of EKC_SIP_ADDR, %s, lies in EKC_RTP_PORTS, %s", port, c.RTPPorts))
		}
	}
	return errors.Join(errs...)
}

// checkAddr wants HOST:PORT to listen on. Port 0 lets the system choose; an empty host is every interface.
func checkAddr(name, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%s is %q: it must be HOST:PORT, like 127.0.0.1:8080", name, addr)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%s has the port %q: it must be a number from 0 to 65535", name, port)
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && !isHostName(host) {
		return fmt.Errorf("%s has the host %q: it must be an address or a host name", name, host)
	}
	return nil
}

func anyPort(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	return err == nil && port == "0"
}

// isHostName allows letters, digits, hyphens and dots (RFC 1123, § 2.1), and no name made of digits and dots alone: such a
// one is a mistyped address.
func isHostName(host string) bool {
	letter := false
	for _, r := range host {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			letter = true
		case r >= '0' && r <= '9', r == '-', r == '.':
		default:
			return false
		}
	}
	return letter && len(host) <= 253
}

// checkURL wants an http or https URL, or nothing. The value may hold a key, so the message does not repeat it.
func checkURL(name, value string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%s must be like https://example.ru/path, without a query", name)
	}
	return nil
}

func checkDatabase(name string, value ConnString) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value.Reveal())
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || (u.Host == "" && u.Query().Get("host") == "") || len(u.Path) < 2 {
		return fmt.Errorf("%s must be like postgres://user:password@host:5432/database", name)
	}
	return nil
}

func isOrigin(value string) bool {
	u, err := url.Parse(value)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.Scheme+"://"+u.Host == value
}
