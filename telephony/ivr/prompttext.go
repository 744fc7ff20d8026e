package ivr

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"ekc/telephony/ivr/spoken"
)

// Prompt is what a node says: lines one after the other. In JSON it is a string, {"text": …}, {"audio": …}, or a list of
// these. Texts may hold values in braces, such as {position}; a line with a value that is not known yet is left out.
type Prompt []Line

// Values that stand in braces besides those of State.Values.
const (
	SlotPosition = "position" // «вы третий в очереди»
	SlotWait     = "wait"     // «около четырёх минут»
	SlotOpens    = "opens"    // «завтра в восемь часов»
	SlotPhone    = "phone"    // the callback number in words
	SlotQuestion = "clarify"  // what Yana asks back, with the keys
)

var slot = regexp.MustCompile(`\{([^{}]*)\}`)

// UnmarshalJSON reads any of the forms.
func (p *Prompt) UnmarshalJSON(data []byte) error {
	var many []json.RawMessage
	if err := json.Unmarshal(data, &many); err != nil {
		many = []json.RawMessage{data}
	}
	*p = nil
	for _, one := range many {
		line, err := readLine(one)
		if err != nil {
			return err
		}
		*p = append(*p, line)
	}
	return nil
}

func readLine(data []byte) (Line, error) {
	var text string
	if json.Unmarshal(data, &text) == nil {
		return Line{Text: text}, nil
	}
	var line Line
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&line); err != nil {
		return Line{}, errors.New(`a prompt is a string, {"text": "…"}, {"audio": "…"} or a list of these`)
	}
	if (line.Text == "") == (line.Audio == "") {
		return Line{}, errors.New("a prompt has either a text or an audio id")
	}
	return line, nil
}

// MarshalJSON writes the shortest form.
func (p Prompt) MarshalJSON() ([]byte, error) {
	parts := make([]any, len(p))
	for i, line := range p {
		if line.Audio != "" {
			parts[i] = line
		} else {
			parts[i] = line.Text
		}
	}
	if len(parts) == 1 {
		return json.Marshal(parts[0])
	}
	return json.Marshal(parts)
}

func (p Prompt) empty() bool {
	for _, line := range p {
		if line.Audio != "" || strings.TrimSpace(line.Text) != "" {
			return false
		}
	}
	return true
}

// problem tells what is wrong with the lines; known are the values that may stand in braces.
func (p Prompt) problem(known map[string]bool) string {
	for _, line := range p {
		if utf8.RuneCountInString(line.Text) > MaxPromptLength {
			return fmt.Sprintf("a text is longer than %d characters", MaxPromptLength)
		}
		for _, found := range slot.FindAllStringSubmatch(line.Text, -1) {
			if !known[found[1]] {
				return fmt.Sprintf("{%s} is no value that is known here", found[1])
			}
		}
		if rest := slot.ReplaceAllString(line.Text, ""); strings.ContainsAny(rest, "{}") {
			return "a brace is not closed"
		}
	}
	return ""
}

// render puts values into the texts; a line of which a value is not known is left out. What is put in is not read again,
// so a value from outside cannot name another one.
func (m *machine) render(p Prompt) []Line {
	lines := make([]Line, 0, len(p))
	for _, line := range p {
		unknown := false
		line.Text = strings.TrimSpace(slot.ReplaceAllStringFunc(line.Text, func(name string) string {
			value := m.slot(name[1 : len(name)-1])
			unknown = unknown || value == ""
			return value
		}))
		if !unknown && (line.Text != "" || line.Audio != "") {
			lines = append(lines, line)
		}
	}
	return lines
}

func (m *machine) slot(name string) string {
	switch name {
	case SlotPosition:
		return spoken.Position(m.s.Place.Position)
	case SlotWait:
		if !m.s.Place.Known {
			return ""
		}
		return spoken.Wait(m.s.Place.Wait)
	case SlotPhone:
		return spoken.Phone(m.s.Values[ValueCallback])
	case SlotQuestion:
		return m.clarification()
	}
	return m.s.Values[name]
}
