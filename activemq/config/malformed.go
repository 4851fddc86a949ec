package config

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// malformed.go says of text that is no XML what to type instead. Most of it is copied from web pages, which lose blanks, put typographic quotes for straight
// ones, and explain attributes by comments among them.

var (
	entity   = regexp.MustCompile(`^&(amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);`)
	oddQuote = regexp.MustCompile(`^[“”„‟«»‘’‚′″＂＇]`)
)

// explain finds the first mistake from an offset on, where the decoder found one. nil: none that is known.
func (p *documentParser) explain(start int) error {
	rest := p.text[start:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return p.explainComment(start)
	case len(rest) > 1 && rest[0] == '<' && isNameByte(rest[1]):
		return p.explainTag(start)
	case len(rest) > 0 && rest[0] != '<':
		end := bytes.IndexByte(rest, '<')
		if end < 0 {
			end = len(rest)
		}
		return p.explainEntity(start, start+end)
	}
	return nil
}

// explainComment looks for what ends a comment too early, or not at all.
func (p *documentParser) explainComment(start int) error {
	inside := start + len("<!--")
	i := bytes.Index(p.text[inside:], []byte("--"))
	switch {
	case i < 0:
		return p.errorf(start, "comment is not closed: write --> at its end")
	case !bytes.HasPrefix(p.text[inside+i:], []byte("-->")):
		return p.errorf(inside+i, "two hyphens inside a comment: write one, or a blank between them")
	}
	return nil
}

// explainEntity looks for an & that stands for itself.
func (p *documentParser) explainEntity(start, end int) error {
	for i := start; i < end; i++ {
		if p.text[i] == '&' && !entity.Match(p.text[i:]) {
			return p.errorf(i, "& alone, or before a name that is none: write &amp; for the character itself")
		}
	}
	return nil
}

// explainTag reads a start tag as it should be, up to the first place where it is not so.
func (p *documentParser) explainTag(start int) error {
	i := p.nameEnd(start + 1)
	tag := string(p.text[start+1 : i])
	if p.byteAt(i) == '=' {
		return p.explainGluedTag(start, tag)
	}
	for {
		blank := i
		i = p.skipBlanks(i)
		rest := p.text[i:]
		switch {
		case len(rest) == 0:
			return p.errorf(start, "start tag of %s is not closed: a > is missing", tag)
		case rest[0] == '>' || rest[0] == '/':
			return nil
		case bytes.HasPrefix(rest, []byte("<!--")):
			return p.errorf(i, "comment inside the start tag of %s: move it before the tag, or behind the > that ends it", tag)
		case rest[0] == '<':
			return p.errorf(i, "start tag of %s is not closed: write > before this", tag)
		}
		if blank == i {
			return p.missingBlank(i)
		}
		next, err := p.explainAttribute(i, tag)
		if err != nil {
			return err
		}
		i = next
	}
}

// explainAttribute reads one attribute and returns where it ends.
func (p *documentParser) explainAttribute(i int, tag string) (next int, err error) {
	end := p.nameEnd(i)
	name := string(p.text[i:end])
	if name == "" {
		r, _ := utf8.DecodeRune(p.text[i:])
		return 0, p.errorf(i, "character %q in the start tag of %s, want the name of an attribute", r, tag)
	}
	value := p.skipBlanks(end)
	if p.byteAt(value) != '=' {
		return 0, p.errorf(i, `attribute %s of %s has no value: write %[1]s="…"`, name, tag)
	}
	value = p.skipBlanks(value + 1)
	quote := p.byteAt(value)
	switch {
	case oddQuote.Match(p.text[value:]):
		return 0, p.errorf(value, `typographic quotes around the value of %s: write %[1]s="…" with straight ones`, name)
	case quote != '"' && quote != '\'':
		return 0, p.errorf(value, `value of %s is not quoted: write %[1]s="%s"`, name, p.word(value))
	}
	length := bytes.IndexByte(p.text[value+1:], quote)
	if length < 0 {
		return 0, p.errorf(value, "value of %s has no closing quote", name)
	}
	last := value + 1 + length
	if j := bytes.IndexByte(p.text[value+1:last], '<'); j >= 0 {
		return 0, p.errorf(value+1+j, "< inside the value of %s: write &lt;, or close the quote before it", name)
	}
	return last + 1, p.explainEntity(value+1, last)
}

// explainGluedTag is about a tag whose name and first attribute have become one word.
func (p *documentParser) explainGluedTag(start int, word string) error {
	best := ""
	known := append(schema().elementNames(), "beans", "bean", "property", "import", "value", "ref", "constructor-arg", "entry", "prop", "alias")
	for _, e := range schema().elements {
		known = append(known, e.propertyNames()...)
	}
	for _, name := range known {
		if rest, ok := strings.CutPrefix(word, name); ok && rest != "" && len(name) > len(best) {
			best = name
		}
	}
	if best == "" {
		return p.errorf(start, "= behind the name of the element %s: write a blank before the attribute", word)
	}
	return p.errorf(start+1+len(best), "blank missing between element and attribute: write <%s %s=", best, word[len(best):])
}

// missingBlank is about an attribute right behind the value of another.
func (p *documentParser) missingBlank(i int) error {
	return p.errorf(i, "attributes need a blank between them: write one before %s", p.text[i:p.nameEnd(i)])
}

// word is what stands up to the next blank or end of a tag, if it is short.
func (p *documentParser) word(i int) string {
	end := i
	for end < len(p.text) && !isBlank(p.text[end]) && p.text[end] != '>' && p.text[end] != '/' && p.text[end] != '"' {
		end++
	}
	return abbreviate(string(p.text[i:end]))
}

func (p *documentParser) skipBlanks(i int) int {
	for i < len(p.text) && isBlank(p.text[i]) {
		i++
	}
	return i
}

func (p *documentParser) nameEnd(i int) int {
	for i < len(p.text) && isNameByte(p.text[i]) {
		i++
	}
	return i
}

// byteAt is 0 behind the end of the text.
func (p *documentParser) byteAt(i int) byte {
	if i < len(p.text) {
		return p.text[i]
	}
	return 0
}

// isNameByte tells whether a byte may stand in a name, as far as matters here.
func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_-.:", c) >= 0
}
