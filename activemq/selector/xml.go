package selector

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/antchfx/xpath"
)

// xmlNode is an element, a text, or the root of a document.
type xmlNode struct {
	kind                xpath.NodeType
	name                xml.Name
	text                string
	attributes          []xml.Attr
	parent, first, last *xmlNode
	before, next        *xmlNode
}

// xmlDepthMax bounds how deep elements may nest.
const xmlDepthMax = 1000

var errDocType = errors.New("a document type declaration is not allowed")

// parseXML reads a document. There are no entities but the five of XML, and no document type declaration. Comments and processing instructions are
// left out.
func parseXML(text string) (*xmlNode, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // a string's encoding is known
	root := &xmlNode{kind: xpath.RootNode}
	at, depth := root, 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return root, root.complete()
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > xmlDepthMax {
				return nil, fmt.Errorf("elements nest more than %d deep", xmlDepthMax)
			}
			at = at.append(&xmlNode{kind: xpath.ElementNode, name: t.Name, attributes: withoutNamespaces(t.Attr)})
		case xml.EndElement:
			depth--
			at = at.parent
		case xml.CharData:
			at.appendText(string(t))
		case xml.Directive:
			return nil, errDocType
		}
	}
}

// withoutNamespaces returns the attributes that do not declare namespaces, as XPath sees them.
func withoutNamespaces(all []xml.Attr) []xml.Attr {
	kept := make([]xml.Attr, 0, len(all))
	for _, a := range all {
		if a.Name.Space != "xmlns" && (a.Name.Space != "" || a.Name.Local != "xmlns") {
			kept = append(kept, a)
		}
	}
	return kept
}

// complete returns an error unless the root has one element, and no text beside it.
func (n *xmlNode) complete() error {
	if n.first == nil || n.first != n.last {
		return errors.New("a document has one element")
	}
	return nil
}

// append adds a child and returns it.
func (n *xmlNode) append(child *xmlNode) *xmlNode {
	child.parent, child.before = n, n.last
	if n.last != nil {
		n.last.next = child
	} else {
		n.first = child
	}
	n.last = child
	return child
}

// appendText adds text, to the text before where there is some. Blanks beside the document's element are nothing.
func (n *xmlNode) appendText(text string) {
	switch {
	case n.kind == xpath.RootNode && strings.TrimSpace(text) == "":
	case n.last != nil && n.last.kind == xpath.TextNode:
		n.last.text += text
	default:
		n.append(&xmlNode{kind: xpath.TextNode, text: text})
	}
}

// value appends the text of the node and of all below it.
func (n *xmlNode) value(b *strings.Builder) {
	b.WriteString(n.text)
	for child := n.first; child != nil; child = child.next {
		child.value(b)
	}
}

// navigator is a position in a document, as the XPath library wants it.
type navigator struct {
	at        *xmlNode
	attribute int // of the element at, -1 for the element itself
}

func (v *navigator) NodeType() xpath.NodeType {
	if v.attribute >= 0 {
		return xpath.AttributeNode
	}
	return v.at.kind
}

func (v *navigator) name() xml.Name {
	if v.attribute >= 0 {
		return v.at.attributes[v.attribute].Name
	}
	return v.at.name
}

func (v *navigator) LocalName() string { return v.name().Local }

// Prefix returns the namespace, which no expression has as a prefix: names without one do not match what is in a namespace.
func (v *navigator) Prefix() string { return v.name().Space }

func (v *navigator) Value() string {
	if v.attribute >= 0 {
		return v.at.attributes[v.attribute].Value
	}
	var b strings.Builder
	v.at.value(&b)
	return b.String()
}

func (v *navigator) Copy() xpath.NodeNavigator {
	copied := *v
	return &copied
}

func (v *navigator) MoveToRoot() {
	for v.at.parent != nil {
		v.at = v.at.parent
	}
	v.attribute = -1
}

func (v *navigator) MoveToParent() bool {
	if v.attribute >= 0 {
		v.attribute = -1
		return true
	}
	return v.moveTo(v.at.parent)
}

func (v *navigator) MoveToNextAttribute() bool {
	if v.attribute+1 >= len(v.at.attributes) {
		return false
	}
	v.attribute++
	return true
}

func (v *navigator) MoveToChild() bool { return v.attribute < 0 && v.moveTo(v.at.first) }

func (v *navigator) MoveToFirst() bool {
	return v.attribute < 0 && v.at.before != nil && v.moveTo(v.at.parent.first)
}

func (v *navigator) MoveToNext() bool     { return v.attribute < 0 && v.moveTo(v.at.next) }
func (v *navigator) MoveToPrevious() bool { return v.attribute < 0 && v.moveTo(v.at.before) }

func (v *navigator) MoveTo(other xpath.NodeNavigator) bool {
	o, ok := other.(*navigator)
	if !ok {
		return false
	}
	*v = *o
	return true
}

// moveTo moves to a node where there is one.
func (v *navigator) moveTo(n *xmlNode) bool {
	if n == nil {
		return false
	}
	v.at = n
	return true
}
