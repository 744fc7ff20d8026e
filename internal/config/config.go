// Package config owns the settings of EKC: every EKC_* variable, its default, its meaning and what a valid value is. The
// structs carry kong tags, so a command embeds the groups it needs. It imports nothing of the project and starts nothing.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// Config is everything that `ekc serve` reads. Smaller commands embed single groups.
type Config struct {
	Storage
	HTTP
	SignIn
	Telephony
	Recordings
	Retention
	Knowledge
	Models
	Logging

	DraftSuggestions bool `env:"EKC_DRAFT_SUGGESTIONS" default:"true" negatable:"" help:"Search the base for the operator with what a citizen writes before it is sent, and, with a model for speech recognition, with what they say in a recorded talk; nobody reads it and it is not kept."`

	Demo         bool   `env:"EKC_DEMO" default:"true" negatable:"" help:"Fill a new database with the demo centre: queues, accounts, question base."`
	DemoPassword Secret `env:"EKC_DEMO_PASSWORD" help:"Password of the demo accounts; empty: a random one, printed once." placeholder:"PASSWORD"`
}

// Storage says where data is kept.
type Storage struct {
	DataDir              string     `env:"EKC_DATA_DIR" default:"./var" help:"Folder of the embedded cluster, recordings and attachments."`
	DatabaseURL          ConnString `name:"database-url" env:"EKC_DATABASE_URL" help:"Postgres for the core; empty: embedded." placeholder:"URL"`
	KnowledgeDatabaseURL ConnString `name:"knowledge-database-url" env:"EKC_KNOWLEDGE_DATABASE_URL" help:"Postgres for the question base; empty: embedded, in its own database." placeholder:"URL"`
	MasterKey            Secret     `env:"EKC_MASTER_KEY" help:"Key of 32 bytes, base64 or hexadecimal, that encrypts the keys of encrypted columns; empty: master.key in the data directory." placeholder:"KEY"`
	DBMaxConns           int        `name:"db-max-conns" env:"EKC_DB_MAX_CONNS" default:"40" help:"Most connections to each database, at least 4; the embedded server allows 200 in all."`
}

// HTTP is the API's front door.
type HTTP struct {
	HTTPAddr        string        `name:"http-addr" env:"EKC_HTTP_ADDR" default:"127.0.0.1:8080" help:"Where the API, playground and widget are served."`
	PublicURL       string        `name:"public-url" env:"EKC_PUBLIC_URL" help:"Address under which clients reach the API, when it differs from the one listened on." placeholder:"URL"`
	AllowedOrigins  []string      `env:"EKC_ALLOWED_ORIGINS" help:"Origins that may open the API from a browser, comma separated; * = any; empty: the API's own origin only." placeholder:"ORIGIN"`
	TrustedProxies  []Network     `env:"EKC_TRUSTED_PROXIES" help:"Networks or addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed." placeholder:"CIDR"`
	Introspection   bool          `env:"EKC_INTROSPECTION" default:"true" negatable:"" help:"Answer GraphQL introspection queries."`
	ShutdownTimeout time.Duration `env:"EKC_SHUTDOWN_TIMEOUT" default:"20s" help:"How long a stop waits for requests in progress."`
}

// Telephony is where calls come in.
type Telephony struct {
	SIPAddr     string    `name:"sip-addr" env:"EKC_SIP_ADDR" default:"127.0.0.1:5060" help:"SIP over UDP and TCP; off = no phone on this node."`
	SIPExternal string    `name:"sip-external" env:"EKC_SIP_EXTERNAL" help:"Address under which carriers, phones and browsers reach this node, when it differs from the one listened on." placeholder:"IP"`
	SIPDigest   string    `name:"sip-digest" env:"EKC_SIP_DIGEST" default:"MD5" enum:"MD5,SHA-256" help:"What operators' phones are challenged with: MD5 alone, which every phone knows, or SHA-256 and MD5 (RFC 8760)."`
	SIPTLS      SIPTLS    `embed:"" prefix:"sip-tls-"`
	RTPPorts    PortRange `name:"rtp-ports" env:"EKC_RTP_PORTS" default:"20000-29999" help:"Media ports, FIRST-LAST."`

	DrainTimeout time.Duration `env:"EKC_DRAIN_TIMEOUT" default:"30m" help:"How long a stop waits for calls in progress; those that last longer become callbacks."`
}

// DefaultSIPAddr is where calls are taken when nothing else is said; a second node on one machine then goes without a phone.
const DefaultSIPAddr = "127.0.0.1:5060"

// NoPhone is the value of EKC_SIP_ADDR on a node that takes no calls.
const NoPhone = "off"

// On reports whether the node takes calls.
func (t Telephony) On() bool { return t.SIPAddr != NoPhone }

// Addresses are the one to listen on and the one that others are told, which is zero when they are the same.
func (t Telephony) Addresses() (listen, outside netip.Addr, err error) {
	host, _, err := net.SplitHostPort(t.SIPAddr)
	if err != nil {
		return listen, outside, fmt.Errorf("EKC_SIP_ADDR: %w", err)
	}
	if host == "" {
		host = "0.0.0.0"
	}
	if listen, err = netip.ParseAddr(host); err != nil {
		return listen, outside, fmt.Errorf("EKC_SIP_ADDR is %q: media needs an IP address, not a name", t.SIPAddr)
	}
	if t.SIPExternal != "" {
		if outside, err = netip.ParseAddr(t.SIPExternal); err != nil {
			return listen, outside, fmt.Errorf("EKC_SIP_EXTERNAL is %q: it must be an IP address", t.SIPExternal)
		}
	}
	if listen.IsUnspecified() && !outside.IsValid() {
		return listen, outside, fmt.Errorf("EKC_SIP_ADDR is %q, every interface: set EKC_SIP_EXTERNAL to the address that carriers reach", t.SIPAddr)
	}
	return listen, outside, nil
}

// Knowledge says where the knowledge service is.
type Knowledge struct {
	KnowledgeURL    string `name:"knowledge-url" env:"EKC_KNOWLEDGE_URL" help:"The knowledge service; empty: in process." placeholder:"URL"`
	KnowledgeAddr   string `env:"EKC_KNOWLEDGE_ADDR" default:"127.0.0.1:8090" help:"Where the knowledge service listens."`
	KnowledgeSecret Secret `env:"EKC_KNOWLEDGE_SECRET" help:"By which the knowledge service and those who ask it know each other; empty: the one in the data directory." placeholder:"SECRET"`
}

// Models names the models on an OpenAI-compatible server; each is off while its name is empty.
type Models struct {
	OpenAIBaseURL  string `name:"openai-base-url" env:"EKC_OPENAI_BASE_URL" help:"Any OpenAI-compatible server." placeholder:"URL"`
	OpenAIAPIKey   Secret `name:"openai-api-key" env:"EKC_OPENAI_API_KEY" help:"Its key." placeholder:"KEY"`
	EmbeddingModel string `env:"EKC_EMBEDDING_MODEL" help:"Model for embeddings; empty: the built-in one." placeholder:"NAME"`
	EmbeddingDir   string `name:"embedding-dir" env:"EKC_EMBEDDING_DIR" help:"Folder of a local model for embeddings (ONNX, with its tokenizer), instead of one on the server." placeholder:"FOLDER"`
	ONNXRuntime    string `name:"onnxruntime" env:"EKC_ONNXRUNTIME" help:"ONNX Runtime's shared library; empty: beside the programs, else the system's." placeholder:"FILE"`
	ChatModel      string `env:"EKC_CHAT_MODEL" help:"Model that may say a long question shorter and choose which records Yana offers; empty: off." placeholder:"NAME"`
	TTSModel       string `name:"tts-model" env:"EKC_TTS_MODEL" help:"Speech synthesis; empty: espeak-ng or RHVoice." placeholder:"NAME"`
	ASRModel       string `name:"asr-model" env:"EKC_ASR_MODEL" help:"Speech recognition; empty: off." placeholder:"NAME"`
}

// Validate checks all groups and reports every fault, each under its variable's name.
func (c Config) Validate() error {
	return errors.Join(c.Storage.Validate(), c.HTTP.Validate(), c.SignIn.Validate(), c.Telephony.Validate(), c.Recordings.Validate(), c.Retention.Validate(), c.Knowledge.Validate(),
		c.Models.Validate(), c.Logging.Validate(), c.validateTogether())
}

// BaseURL is the address that clients use, without a final slash.
func (h HTTP) BaseURL() string {
	if h.PublicURL != "" {
		return trimSlash(h.PublicURL)
	}
	return "http://" + dialable(h.HTTPAddr)
}
