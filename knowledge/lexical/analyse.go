package lexical

import (
	"runtime"
	"slices"
	"sync"

	"ekc/knowledge/text"
)

// functionWeight is what a function word counts against a word of content.
const functionWeight = 0.25

// rareFunction bounds how rare a function word counts.
const rareFunction = 3

type parsedDoc struct {
	doc   Doc
	units [][]text.Word
	body  []text.Word // the topic, then the answer
	head  int         // words of the topic
	// sentences of the body
	sentences int
}

// analyseAll splits and stems on every processor.
func analyseAll(docs []Doc) []parsedDoc {
	out := make([]parsedDoc, len(docs))
	workers := min(runtime.GOMAXPROCS(0), len(docs))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(docs); i += workers {
				out[i] = analyse(docs[i])
			}
		})
	}
	wg.Wait()
	return out
}

func analyse(d Doc) parsedDoc {
	p := parsedDoc{doc: d}
	for _, u := range d.Units {
		p.units = append(p.units, text.Words(u, maxUnitWords))
	}
	topic := text.Words(d.Topic, maxUnitWords)
	p.head = len(topic)
	p.body = append(topic, text.Words(d.Answer, maxBodyWords)...)
	for _, w := range p.body {
		if w.End {
			p.sentences++
		}
	}
	return p
}

// trigrams gives the distinct 3-grams of a stem.
func trigrams(dst []text.Gram, stem string) []text.Gram {
	dst = text.Grams(dst, stem, false)
	n := 0
	for _, g := range dst {
		if g < 1<<36 { // the others are 4-grams: their first rune takes the bits above
			dst[n] = g
			n++
		}
	}
	dst = dst[:n]
	slices.Sort(dst)
	return slices.Compact(dst)
}
