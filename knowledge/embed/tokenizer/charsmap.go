package tokenizer

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/rivo/uniseg"
)

// charsmap is SentencePiece's normalisation (nmt_nfkc and the like) as a model's file carries it: a double array of prefixes
// (S. Yata, Darts-clone) and the texts that stand for them.
type charsmap struct {
	units []uint32
	texts string
}

// longestCluster is how many bytes a cluster of characters may have to be looked up whole, as Hugging Face's tokenizers do it.
const longestCluster = 5

// newCharsmap reads the blob: its array's size in bytes, the array, the texts, each ended by a zero byte.
func newCharsmap(encoded string) (*charsmap, error) {
	blob, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, fmt.Errorf("precompiled_charsmap: %w", err)
	}
	if len(blob) < 4 {
		return nil, errors.New("precompiled_charsmap is too short")
	}
	size := int(binary.LittleEndian.Uint32(blob))
	if size%4 != 0 || size == 0 || size > len(blob)-4 {
		return nil, errors.New("precompiled_charsmap has no array")
	}
	c := &charsmap{units: make([]uint32, size/4), texts: string(blob[4+size:])}
	for i := range c.units {
		c.units[i] = binary.LittleEndian.Uint32(blob[4+4*i:])
	}
	return c, nil
}

// replace gives what stands for the shortest known beginning of s. A damaged array ends the search.
func (c *charsmap) replace(s string) (string, bool) {
	at := offset(c.units[0])
	for i := range len(s) {
		if s[i] == 0 {
			break
		}
		at ^= uint32(s[i])
		if int64(at) >= int64(len(c.units)) {
			break
		}
		unit := c.units[at]
		if unit&(1<<31|0xff) != uint32(s[i]) {
			break
		}
		at ^= offset(unit)
		if unit>>8&1 == 1 && int64(at) < int64(len(c.units)) {
			begin := int(c.units[at] & (1<<31 - 1))
			if begin > len(c.texts) {
				break
			}
			text, _, _ := strings.Cut(c.texts[begin:], "\x00")
			return text, true
		}
	}
	return "", false
}

// offset is where the children of a unit begin, relative to it.
func offset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }

// normalise replaces cluster by cluster, and where a cluster is not known, character by character.
func (c *charsmap) normalise(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	state := -1
	for rest := s; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if len(cluster) <= longestCluster {
			if text, ok := c.replace(cluster); ok {
				b.WriteString(text)
				continue
			}
		}
		for _, r := range cluster {
			char := string(r)
			if text, ok := c.replace(char); ok {
				char = text
			}
			b.WriteString(char)
		}
	}
	return b.String()
}
