package tokenizer

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// part is one step of a normaliser or of a splitter, as tokenizer.json writes it.
type part struct {
	Type        string            `json:"type"`
	Normalizers []json.RawMessage `json:"normalizers"`
	Splitters   []json.RawMessage `json:"pretokenizers"`
	Charsmap    string            `json:"precompiled_charsmap"`
	Pattern     struct {
		String *string `json:"String"`
		Regex  *string `json:"Regex"`
	} `json:"pattern"`
	Content     string  `json:"content"`
	Prepend     string  `json:"prepend"`
	Left        *bool   `json:"strip_left"`
	Right       *bool   `json:"strip_right"`
	Replacement string  `json:"replacement"`
	Scheme      *string `json:"prepend_scheme"`
	AddPrefix   *bool   `json:"add_prefix_space"`
	Split       *bool   `json:"split"`
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// normaliserOf adds the normalisers of the file, in their order.
func (t *Tokenizer) normaliserOf(raw json.RawMessage) error {
	if absent(raw) {
		return nil
	}
	var p part
	if err := json.Unmarshal(raw, &p); err != nil {
		return fmt.Errorf("normalizer: %w", err)
	}
	var n normaliser
	var err error
	switch p.Type {
	case "Sequence":
		for _, next := range p.Normalizers {
			if err := t.normaliserOf(next); err != nil {
				return err
			}
		}
		return nil
	case "BertNormalizer":
		var b bertSettings
		err = json.Unmarshal(raw, &b)
		n = b.normalise
	case "Precompiled":
		var c *charsmap
		if c, err = newCharsmap(p.Charsmap); err == nil {
			n = c.normalise
		}
	case "NFC":
		n = norm.NFC.String
	case "NFD":
		n = norm.NFD.String
	case "NFKC":
		n = norm.NFKC.String
	case "NFKD":
		n = norm.NFKD.String
	case "Lowercase":
		n = strings.ToLower
	case "StripAccents":
		n = stripMarks
	case "Strip":
		n = p.trim
	case "Prepend":
		n = func(s string) string {
			if s == "" {
				return s
			}
			return p.Prepend + s
		}
	case "Replace":
		n, err = p.replacer()
	default:
		err = fmt.Errorf("the type %q is not known", p.Type)
	}
	if err != nil {
		return fmt.Errorf("normalizer: %w", err)
	}
	t.normalise = append(t.normalise, n)
	return nil
}

func stripMarks(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) {
			return -1
		}
		return r
	}, s)
}

func (p part) trim(s string) string {
	if p.Left == nil || *p.Left {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
	}
	if p.Right == nil || *p.Right {
		s = strings.TrimRightFunc(s, unicode.IsSpace)
	}
	return s
}

func (p part) replacer() (normaliser, error) {
	switch {
	case p.Pattern.String != nil:
		return func(s string) string { return strings.ReplaceAll(s, *p.Pattern.String, p.Content) }, nil
	case p.Pattern.Regex != nil:
		// The files' expressions are simple ones (" {2,}"), which Go's syntax has too; what it has not is refused here.
		re, err := regexp.Compile(*p.Pattern.Regex)
		if err != nil {
			return nil, err
		}
		return func(s string) string { return re.ReplaceAllLiteralString(s, p.Content) }, nil
	}
	return nil, fmt.Errorf("a replacement without a pattern")
}

// splitterOf adds the splitters of the file, in their order.
func (t *Tokenizer) splitterOf(raw json.RawMessage) error {
	if absent(raw) {
		return nil
	}
	var p part
	if err := json.Unmarshal(raw, &p); err != nil {
		return fmt.Errorf("pre_tokenizer: %w", err)
	}
	switch p.Type {
	case "Sequence":
		for _, next := range p.Splitters {
			if err := t.splitterOf(next); err != nil {
				return err
			}
		}
	case "BertPreTokenizer":
		t.split = append(t.split, bertWords)
	case "WhitespaceSplit":
		t.split = append(t.split, func(s string, _ bool) []string { return strings.Fields(s) })
	case "Metaspace":
		m, err := p.metaspace()
		if err != nil {
			return err
		}
		t.split = append(t.split, m)
	default:
		return fmt.Errorf("pre_tokenizer: the type %q is not known", p.Type)
	}
	return nil
}

// metaspace writes blanks as visible marks, puts one before a word, and splits before each.
func (p part) metaspace() (splitter, error) {
	mark := p.Replacement
	if mark == "" {
		mark = "▁"
	}
	scheme := "always"
	switch {
	case p.Scheme != nil:
		scheme = *p.Scheme
	case p.AddPrefix != nil && !*p.AddPrefix:
		scheme = "never"
	}
	if scheme != "always" && scheme != "first" && scheme != "never" {
		return nil, fmt.Errorf("pre_tokenizer: the scheme %q is not known", scheme)
	}
	whole := p.Split != nil && !*p.Split
	return func(s string, first bool) []string {
		s = strings.ReplaceAll(s, " ", mark)
		if s != "" && !strings.HasPrefix(s, mark) && (scheme == "always" || scheme == "first" && first) {
			s = mark + s
		}
		if whole {
			return []string{s}
		}
		var out []string
		begin := 0
		for i := range s {
			if i > begin && strings.HasPrefix(s[i:], mark) {
				out, begin = append(out, s[begin:i]), i
			}
		}
		return append(out, s[begin:])
	}, nil
}

// surroundings reads the special tokens around a text.
func (t *Tokenizer) surroundings(raw json.RawMessage) error {
	if absent(raw) {
		return nil
	}
	var p struct {
		Type   string `json:"type"`
		Single []struct {
			Token *struct {
				ID string `json:"id"`
			} `json:"SpecialToken"`
			Sequence *struct{} `json:"Sequence"`
		} `json:"single"`
		Tokens map[string]struct {
			IDs []int64 `json:"ids"`
		} `json:"special_tokens"`
		Before [2]any `json:"cls"`
		After  [2]any `json:"sep"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return fmt.Errorf("post_processor: %w", err)
	}
	switch p.Type {
	case "TemplateProcessing":
		into := &t.before
		for _, s := range p.Single {
			switch {
			case s.Sequence != nil:
				into = &t.after
			case s.Token != nil && len(p.Tokens[s.Token.ID].IDs) > 0:
				*into = append(*into, p.Tokens[s.Token.ID].IDs...)
			default:
				return fmt.Errorf("post_processor: a token without an id")
			}
		}
		return nil
	case "BertProcessing", "RobertaProcessing":
		before, ok := p.Before[1].(float64)
		after, also := p.After[1].(float64)
		if !ok || !also {
			return fmt.Errorf("post_processor: cls and sep need ids")
		}
		t.before, t.after = []int64{int64(before)}, []int64{int64(after)}
		return nil
	}
	return fmt.Errorf("post_processor: the type %q is not known", p.Type)
}
