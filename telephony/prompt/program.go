package prompt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// programTime is how long a local synthesiser may take for one text; espeak-ng needs some 20 ms for a phrase.
	programTime = 20 * time.Second
	espeakPace  = 150 // words a minute
	errorShown  = 300 // bytes of a program's complaint that are kept
)

// Espeak speaks with espeak-ng, a formant synthesiser: small, quick, plainly a machine.
type Espeak struct{ path string }

// NewEspeak finds espeak-ng on the path.
func NewEspeak() (*Espeak, error) {
	path, err := exec.LookPath("espeak-ng")
	if err != nil {
		return nil, fmt.Errorf("espeak-ng: %w", err)
	}
	return &Espeak{path: path}, nil
}

// Name tells the voice and its pace.
func (e *Espeak) Name() string { return "espeak-ng/ru/" + strconv.Itoa(espeakPace) }

// Speak runs the program with the text on its standard input.
func (e *Espeak) Speak(ctx context.Context, text string) (Sound, error) {
	text, err := plain(text)
	if err != nil {
		return Sound{}, err
	}
	out, err := run(ctx, text, e.path, "-v", "ru", "-s", strconv.Itoa(espeakPace), "-b", "1", "--stdin", "--stdout")
	if err != nil {
		return Sound{}, err
	}
	return spoken(out, e.Name())
}

// RHVoice speaks with RHVoice-test, whose Russian voices are built from recordings; 24 kHz.
type RHVoice struct{ path, voice string }

// rhvoiceVoices may be used in a service; the licences of the other Russian voices do not allow it.
var rhvoiceVoices = []string{"aleksandr-hq", "anna"}

// NewRHVoice finds RHVoice-test on the path. The voice is aleksandr-hq or anna; empty means aleksandr-hq.
func NewRHVoice(voice string) (*RHVoice, error) {
	if voice == "" {
		voice = rhvoiceVoices[0]
	}
	if !slices.Contains(rhvoiceVoices, voice) {
		return nil, fmt.Errorf("RHVoice voice %q is none of %s", voice, strings.Join(rhvoiceVoices, ", "))
	}
	path, err := exec.LookPath("RHVoice-test")
	if err != nil {
		return nil, fmt.Errorf("RHVoice: %w", err)
	}
	return &RHVoice{path: path, voice: voice}, nil
}

// Name tells the voice.
func (r *RHVoice) Name() string { return "rhvoice/" + r.voice }

// Speak runs the program with the text on its standard input; it writes to a file only.
func (r *RHVoice) Speak(ctx context.Context, text string) (Sound, error) {
	text, err := plain(text)
	if err != nil {
		return Sound{}, err
	}
	dir, err := os.MkdirTemp("", "ekc-speech-")
	if err != nil {
		return Sound{}, fmt.Errorf("speak: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder of one small file below the system's temporary folder
	file := filepath.Join(dir, "speech.wav")
	if _, err := run(ctx, text, r.path, "-p", r.voice, "-o", file); err != nil {
		return Sound{}, err
	}
	out, err := os.ReadFile(file)
	if err != nil {
		return Sound{}, fmt.Errorf("speak: %w", err)
	}
	return spoken(out, r.Name())
}

// run starts a program without a shell and returns what it printed. It is killed when ctx ends.
func run(ctx context.Context, input, path string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, programTime)
	defer cancel()
	command := exec.CommandContext(ctx, path, args...) //nolint:gosec // no part of it comes from outside
	command.Stdin = strings.NewReader(input)
	command.WaitDelay = time.Second
	out, complaint := &limited{max: maxWAVBytes}, &limited{max: errorShown, drop: true}
	command.Stdout, command.Stderr = out, complaint
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(path), err, strings.TrimSpace(complaint.String()))
	}
	return out.Bytes(), nil
}

func spoken(wav []byte, voice string) (Sound, error) {
	sound, err := parseWAV(wav)
	if err != nil {
		return Sound{}, fmt.Errorf("%s: %w", voice, err)
	}
	if len(sound.Samples) == 0 {
		return Sound{}, fmt.Errorf("%s: said nothing", voice)
	}
	sound.Voice = voice
	return sound, nil
}

// limited is a buffer that ends a program which prints too much, or forgets the rest.
type limited struct {
	bytes.Buffer
	max  int
	drop bool
}

var errTooMuch = errors.New("too much output")

func (l *limited) Write(p []byte) (int, error) {
	room := l.max - l.Len()
	if len(p) <= room {
		return l.Buffer.Write(p)
	}
	if !l.drop {
		return 0, errTooMuch
	}
	l.Buffer.Write(p[:max(0, room)])
	return len(p), nil
}
