package stomp

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// element is a piece of a text form: what XStream, with which the original writes and reads them, would call so. In XML and JSON:
//
//	<map>                              {"map":{"entry":[{"string":["name","James"]},
//	  <entry>                                           {"string":"size","int":4}]}}
//	    <string>name</string>
//	    <string>James</string>
//	  </entry>
//	  <entry>
//	    <string>size</string>
//	    <int>4</int>
//	  </entry>
//	</map>
//
// In JSON, elements of one name that are beside each other in an element share its array, and one alone has none; text that looks like a number or
// a truth is one.
type element struct {
	name     string
	class    string // an attribute, "" for none
	text     string
	children []element
}

// format is a text form of elements.
type format struct {
	name   string
	read   func(text []byte) (element, error)
	append func(to []byte, e element) []byte
}

var (
	asXML  = format{"xml", readXML, func(to []byte, e element) []byte { return appendXML(to, e, "") }}
	asJSON = format{"json", readJSON, func(to []byte, e element) []byte { return appendJSON(to, element{children: []element{e}}) }}
)

// depthMax is how deep elements may be nested, as primitives may.
const depthMax = 127

var errDepth = errors.New("elements nested more than 127 deep")

// xmlEscapes is how XStream writes what XML does not let stand.
var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "\r", "&#xd;", "\x00", "&#x0;")

// appendXML appends an element in XML, indented.
func appendXML(to []byte, e element, indent string) []byte {
	to = append(append(append(to, indent...), '<'), e.name...)
	if e.class != "" {
		to = append(append(append(to, ` class="`...), e.class...), '"')
	}
	switch {
	case len(e.children) > 0:
		to = append(to, ">\n"...)
		for _, child := range e.children {
			to = append(appendXML(to, child, indent+"  "), '\n')
		}
		to = append(to, indent...)
	case e.text == "" && e.name != "string":
		return append(to, "/>"...)
	default:
		to = append(to, '>')
		to = append(to, xmlEscapes.Replace(e.text)...)
	}
	return append(append(append(to, "</"...), e.name...), '>')
}

// appendJSON appends what is in an element, in JSON.
func appendJSON(to []byte, e element) []byte {
	if len(e.children) == 0 && e.class == "" {
		return appendValue(to, e.text)
	}
	to = append(to, '{')
	if e.class != "" {
		to = appendQuoted(append(to, `"@class":`...), e.class)
	}
	for i, child := range e.children {
		if isLater(e.children[:i], child.name) {
			continue
		}
		if to[len(to)-1] != '{' {
			to = append(to, ',')
		}
		to = append(appendQuoted(to, child.name), ':')
		to = appendAll(to, e.children[i:], child.name)
	}
	return append(to, '}')
}

// isLater tells whether an element of that name came before.
func isLater(before []element, name string) bool {
	for _, e := range before {
		if e.name == name {
			return true
		}
	}
	return false
}

// appendAll appends the elements of one name: one as it is, several as an array.
func appendAll(to []byte, of []element, name string) []byte {
	start, count := len(to), 0
	for _, e := range of {
		if e.name != name {
			continue
		}
		if count++; count > 1 {
			to = append(to, ',')
		}
		to = appendJSON(to, e)
	}
	if count == 1 {
		return to
	}
	to = append(to, "[]"...)
	copy(to[start+1:], to[start:len(to)-2])
	to[start] = '['
	to[len(to)-1] = ']'
	return to
}

// appendValue appends text as a number or a truth, where it looks like one, or else as a string.
func appendValue(to []byte, text string) []byte {
	if text == "true" || text == "false" {
		return append(to, text...)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) == text {
		return append(to, text...)
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil && isDecimal(text) && json.Valid([]byte(text)) {
		return append(to, text...)
	}
	return appendQuoted(to, text)
}

// isDecimal tells whether text is made of what numbers are made of.
func isDecimal(text string) bool {
	return strings.Trim(text, "0123456789.-E") == ""
}

// appendQuoted appends a JSON string.
func appendQuoted(to []byte, text string) []byte {
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(text); err != nil {
		return append(to, `""`...)
	}
	return append(to, bytes.TrimSuffix(b.Bytes(), []byte{'\n'})...)
}

// readXML reads an element, without document types and entities.
func readXML(text []byte) (element, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	var open []element
	for {
		token, err := d.Token()
		if err != nil {
			return element{}, fmt.Errorf("xml at %d: %w", d.InputOffset(), orEnd(err))
		}
		switch t := token.(type) {
		case xml.Directive:
			return element{}, fmt.Errorf("xml at %d: a document type is not taken", d.InputOffset())
		case xml.StartElement:
			if len(open) == depthMax {
				return element{}, errDepth
			}
			open = append(open, element{name: t.Name.Local})
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(t)
			}
		case xml.EndElement:
			e := open[len(open)-1]
			if open = open[:len(open)-1]; len(open) == 0 {
				return e, nil
			}
			into := &open[len(open)-1]
			into.children = append(into.children, e)
		}
	}
}

// orEnd says that text ended too early.
func orEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readJSON reads an element.
func readJSON(text []byte) (element, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var root element
	if err := readMembers(d, &root, 0); err != nil {
		return element{}, fmt.Errorf("json at %d: %w", d.InputOffset(), orEnd(err))
	}
	if len(root.children) != 1 {
		return element{}, fmt.Errorf("json: %d members, want one", len(root.children))
	}
	return root.children[0], nil
}

// readMembers reads an object into the children of an element.
func readMembers(d *json.Decoder, into *element, depth int) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('{') {
		return fmt.Errorf("found %v, want an object", token)
	}
	return readRest(d, into, depth)
}

// readRest reads what is left of an object whose brace is read.
func readRest(d *json.Decoder, into *element, depth int) error {
	if depth == depthMax {
		return errDepth
	}
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		if token == json.Delim('}') {
			return nil
		}
		name, _ := token.(string)
		if token, err = d.Token(); err != nil {
			return err
		}
		if err := readMember(d, into, name, token, depth); err != nil {
			return err
		}
	}
}

// readMember reads a member's value, which begins with the token.
func readMember(d *json.Decoder, into *element, name string, token json.Token, depth int) error {
	if token == json.Delim('[') {
		for {
			token, err := d.Token()
			switch {
			case err != nil:
				return err
			case token == json.Delim(']'):
				return nil
			case token == json.Delim('['):
				return errors.New("an array in an array")
			}
			if err := readMember(d, into, name, token, depth); err != nil {
				return err
			}
		}
	}
	e := element{name: name}
	switch t := token.(type) {
	case json.Delim:
		if err := readRest(d, &e, depth+1); err != nil {
			return err
		}
	case nil:
	default:
		e.text = fmt.Sprint(t)
	}
	into.children = append(into.children, e)
	return nil
}
