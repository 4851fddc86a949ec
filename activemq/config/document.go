package config

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/beevik/etree"
)

// Bounds of a configuration file. Real ones have some hundred lines and ten levels.
const (
	documentSizeMax       = 4 << 20
	documentDepthMax      = 200
	documentAttributesMax = 1000 // of one element
)

// document is an XML file as a tree that knows where each element and attribute stood.
type document struct {
	path string
	root *etree.Element
	at   map[*etree.Element]mark
}

// mark is the place of a start tag and of its attributes, in the order of Element.Attr.
type mark struct {
	element    Position
	attributes []Position
}

// syntaxError is a file that is not XML as we take it.
type syntaxError struct {
	Position
	text string
}

func (e *syntaxError) Error() string { return e.Position.String() + ": " + e.text }

// parseDocument reads XML as strictly as the original's parser does, and refuses document types besides: no configuration
// needs one, and entities are a way to read foreign files or to fill the memory.
func parseDocument(path string, data []byte) (*document, error) {
	return parseTyped(path, data, false)
}

// parseTyped also lets a document type pass that declares nothing itself, where that is wanted. It is not looked up.
func parseTyped(path string, data []byte, typed bool) (*document, error) {
	if len(data) > documentSizeMax {
		return nil, &syntaxError{Position{File: path}, fmt.Sprintf("file has %d bytes, at most %d are read", len(data), documentSizeMax)}
	}
	text, err := decodeText(data)
	if err != nil {
		return nil, &syntaxError{Position{File: path, Line: 1, Column: 1}, err.Error()}
	}
	p := &documentParser{path: path, text: text, typed: typed, doc: &document{path: path, at: map[*etree.Element]mark{}}}
	p.dec = xml.NewDecoder(bytes.NewReader(text))
	// decodeText has made it UTF-8, whatever the declaration says.
	p.dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	if err := p.run(); err != nil {
		return nil, err
	}
	return p.doc, nil
}

type documentParser struct {
	path  string
	text  []byte
	typed bool
	dec   *xml.Decoder
	doc   *document
	open  []*etree.Element
	lines []int // offsets at which lines start, found on first use

	last       Position // of the last offset asked for
	lastOffset int
}

// run reads all tokens. Tokens are raw, names with their prefixes: who reads the tree asks for namespaces.
func (p *documentParser) run() error {
	for {
		start := int(p.dec.InputOffset())
		token, err := p.dec.RawToken()
		end := int(p.dec.InputOffset())
		if err == io.EOF {
			break
		}
		if err != nil {
			if better := p.explain(start); better != nil {
				return better
			}
			return p.decoderError(end, err)
		}
		if err := p.token(token, start, end); err != nil {
			return err
		}
	}
	if len(p.open) > 0 {
		e := p.open[len(p.open)-1]
		return &syntaxError{p.doc.at[e].element, fmt.Sprintf("element %s is not closed", e.FullTag())}
	}
	if p.doc.root == nil {
		return p.errorf(len(p.text), "file has no element")
	}
	return nil
}

func (p *documentParser) token(token xml.Token, start, end int) error {
	switch t := token.(type) {
	case xml.StartElement:
		return p.start(t, start, end)
	case xml.EndElement:
		return p.end(t, start)
	case xml.CharData:
		if len(p.open) > 0 {
			p.open[len(p.open)-1].CreateText(string(t))
		} else if s := bytes.TrimLeft(t, " \t\r\n"); len(s) > 0 {
			return p.errorf(start+len(t)-len(s), "text outside the root element")
		}
	case xml.ProcInst:
		if strings.EqualFold(t.Target, "xml") && start != 0 {
			return p.errorf(start, "XML declaration must be the first thing in the file")
		}
	case xml.Directive:
		if p.typed && bytes.HasPrefix(t, []byte("DOCTYPE")) && !bytes.ContainsRune(t, '[') && p.doc.root == nil {
			return nil
		}
		return p.errorf(start, "document type declarations are not allowed")
	}
	return nil
}

// start opens an element and notes where it and its attributes stand.
func (p *documentParser) start(t xml.StartElement, start, end int) error {
	if len(p.open) == 0 && p.doc.root != nil {
		return p.errorf(start, "second root element %s", rawName(t.Name))
	}
	if len(p.open) == documentDepthMax {
		return p.errorf(start, "elements are nested deeper than %d", documentDepthMax)
	}
	if len(t.Attr) > documentAttributesMax {
		return p.errorf(start, "element %s has %d attributes, at most %d are read", rawName(t.Name), len(t.Attr), documentAttributesMax)
	}
	e := etree.NewElement(rawName(t.Name))
	if len(p.open) > 0 {
		p.open[len(p.open)-1].AddChild(e)
	} else {
		p.doc.root = e
	}
	m := mark{element: p.position(start)}
	spans, err := p.attributeSpans(start, end, len(t.Attr))
	if err != nil {
		return err
	}
	for i, a := range t.Attr {
		at := p.position(spans[i].name)
		if slices.ContainsFunc(e.Attr, func(b etree.Attr) bool { return b.Space == a.Name.Space && b.Key == a.Name.Local }) {
			return &syntaxError{at, fmt.Sprintf("attribute %s appears twice in %s", rawName(a.Name), e.FullTag())}
		}
		e.CreateAttr(rawName(a.Name), normalize(a.Value, p.text[spans[i].value:spans[i].end]))
		m.attributes = append(m.attributes, at)
	}
	p.doc.at[e] = m
	p.open = append(p.open, e)
	return p.checkPrefixes(e, m)
}

// checkPrefixes refuses names whose namespace nobody declared.
func (p *documentParser) checkPrefixes(e *etree.Element, m mark) error {
	if e.Space != "" && e.Space != "xml" && e.NamespaceURI() == "" {
		return &syntaxError{m.element, fmt.Sprintf("namespace prefix %s of element %s is not declared", e.Space, e.FullTag())}
	}
	for i, a := range e.Attr {
		if a.Space != "" && a.Space != "xml" && a.Space != "xmlns" && e.Attr[i].NamespaceURI() == "" {
			return &syntaxError{m.attributes[i], fmt.Sprintf("namespace prefix %s of attribute %s is not declared", a.Space, a.FullKey())}
		}
	}
	return nil
}

// end closes the innermost element, which must be the one that the tag names.
func (p *documentParser) end(t xml.EndElement, start int) error {
	if len(p.open) == 0 {
		return p.errorf(start, "end of %s without its start", rawName(t.Name))
	}
	e := p.open[len(p.open)-1]
	if e.Space != t.Name.Space || e.Tag != t.Name.Local {
		return p.errorf(start, "end of %s inside %s, opened at line %d", rawName(t.Name), e.FullTag(), p.doc.at[e].element.Line)
	}
	p.open = p.open[:len(p.open)-1]
	return nil
}

// span holds byte offsets: of an attribute's name, of its value behind the quote, and of the closing quote.
type span struct{ name, value, end int }

// attributeSpans finds the attributes of a start tag in its text. encoding/xml has accepted the tag, so that names, equals
// signs and quotes are known to be there; but it takes two attributes with nothing between them, which is no XML.
func (p *documentParser) attributeSpans(start, end, count int) ([]span, error) {
	i := start + 1
	for i < end && !strings.ContainsRune(" \t\r\n/>", rune(p.text[i])) {
		i++
	}
	var spans []span
	for len(spans) < count {
		blank := i
		for i < end && isBlank(p.text[i]) {
			i++
		}
		if blank == i {
			return nil, p.missingBlank(i)
		}
		s := span{name: i}
		for i < end && p.text[i] != '"' && p.text[i] != '\'' {
			i++
		}
		if i == end {
			return nil, p.errorf(s.name, "attribute without a quoted value")
		}
		s.value = i + 1
		length := bytes.IndexByte(p.text[s.value:end], p.text[i])
		if length < 0 {
			return nil, p.errorf(s.name, "attribute without a closing quote")
		}
		s.end = s.value + length
		i = s.end + 1
		spans = append(spans, s)
	}
	return spans, nil
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// normalize turns line ends and tabs of an attribute value into blanks, as XML 1.0 section 3.3.3 asks, but not those
// that were written as character references.
func normalize(value string, raw []byte) string {
	if bytes.Contains(raw, []byte("&#")) {
		return value
	}
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(value)
}

func rawName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// decoderError puts the decoder's complaint in our form. The offset is where it stopped reading.
func (p *documentParser) decoderError(offset int, err error) error {
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		return p.errorf(offset, "%s", s.Msg)
	}
	return p.errorf(offset, "%s", strings.TrimPrefix(err.Error(), "xml: "))
}

func (p *documentParser) errorf(offset int, format string, args ...any) error {
	return &syntaxError{p.position(offset), fmt.Sprintf(format, args...)}
}

// position turns a byte offset into a line and a column of characters.
func (p *documentParser) position(offset int) Position {
	if p.lines == nil {
		p.lines = []int{0}
		for i, c := range p.text {
			if c == '\n' {
				p.lines = append(p.lines, i+1)
			}
		}
	}
	offset = min(offset, len(p.text))
	line, found := slices.BinarySearch(p.lines, offset)
	if !found {
		line-- // the line that started before
	}
	from, column := p.lines[line], 1
	if p.last.Line == line+1 && p.lastOffset <= offset { // count on: a file may be one long line
		from, column = p.lastOffset, p.last.Column
	}
	p.lastOffset = offset
	p.last = Position{File: p.path, Line: line + 1, Column: column + utf8.RuneCount(p.text[from:offset])}
	return p.last
}

var declaredEncoding = regexp.MustCompile(`^<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

// decodeText gives the file as UTF-8 without a byte order mark.
func decodeText(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		return data[3:], nil
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return decodeUTF16(data[2:], binary.BigEndian)
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return decodeUTF16(data[2:], binary.LittleEndian)
	}
	m := declaredEncoding.FindSubmatch(data)
	if m == nil {
		return data, nil
	}
	switch name := strings.ToLower(string(m[1])); name {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return data, nil
	case "iso-8859-1", "latin1":
		return []byte(latin1(data)), nil
	default:
		return nil, fmt.Errorf("encoding %s is not known, want UTF-8, UTF-16, US-ASCII or ISO-8859-1", name)
	}
}

func decodeUTF16(data []byte, order binary.ByteOrder) ([]byte, error) {
	if len(data)%2 != 0 {
		return nil, errors.New("UTF-16 text has half a character at its end")
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units))), nil
}

// latin1 reads ISO-8859-1, where bytes are characters.
func latin1(data []byte) string {
	var b strings.Builder
	b.Grow(len(data))
	for _, c := range data {
		b.WriteRune(rune(c))
	}
	return b.String()
}
