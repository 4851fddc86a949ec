package selector

import (
	"strings"
	"testing"
)

// document is a message that has nothing but a body.
type document string

func (d document) Property(string) Value    { return Null }
func (d document) Header(Header) Value      { return Null }
func (d document) BodyText() (string, bool) { return string(d), true }

// TestXPath holds verdicts that ActiveMQ 5.17.2 gave to consumers (test/dialogue/testdata/xpath.txt has more), and bodies that no broker should
// work on.
func TestXPath(t *testing.T) {
	deep := strings.Repeat("<a>", xmlDepthMax+1) + strings.Repeat("</a>", xmlDepthMax+1)
	for _, c := range []struct {
		name, selector, body string
		want                 bool
	}{
		{"an attribute", "XPATH '//b[@c=1]'", "<a><b c='1'/></a>", true},
		{"another value", "XPATH '//b[@c=1]'", "<a><b c='2'/></a>", false},
		{"a number", "XPATH 'count(//b)'", "<a/>", false},
		{"a text", "XPATH 'string(/a/b)'", "<a><b>x</b></a>", true},
		{"with quotes", "XPATH '/a/b=''x'''", "<a><b>x</b></a>", true},
		{"with other conditions", "XPATH '/a' AND 1 = 2", "<a/>", false},
		{"in a namespace", "XPATH '//b'", "<a xmlns='u'><b/></a>", false},
		{"its local name", "XPATH '//*[local-name()=\"b\"]'", "<a xmlns='u'><b/></a>", true},
		{"a CDATA section", "XPATH '/a=\"x<y\"'", "<a>x<![CDATA[<]]>y</a>", true},
		{"another encoding said", "XPATH '/a=\"é\"'", "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>", true},
		{"no XML", "XPATH '/a'", "plain", false},
		{"no XML, turned round", "NOT (XPATH '/a')", "plain", true},
		{"nothing", "XPATH '/a'", "", false},
		{"two elements", "XPATH '/a'", "<a/><a/>", false},
		{"not closed", "XPATH '/a'", "<a>", false},
		{"a document type", "XPATH '/a'", `<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>`, false},
		{"an entity", "XPATH '/a'", "<a>&e;</a>", false},
		{"too deep", "XPATH '/a'", deep, false},
		{"too long", "XPATH '/a'", "<a>" + strings.Repeat("x", xpathTextMax) + "</a>", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Parse(c.selector)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Matches(document(c.body)); got != c.want {
				t.Errorf("%s of %.60q: %v, want %v", c.selector, c.body, got, c.want)
			}
		})
	}
}

// FuzzXPath holds that neither an expression nor a body makes anything panic.
func FuzzXPath(f *testing.F) {
	f.Add("//b[@c=1]", "<a><b c='1'/></a>")
	f.Add("count(//b) > last()", "<a/>")
	f.Add("/a/b[position()=2]/following-sibling::*|//c", "<a><b/><b/><c/></a>")
	f.Fuzz(func(t *testing.T, expression, body string) {
		if len(expression) > 100 || len(body) > 1000 {
			return
		}
		if n, ok := compileXPath(expression); ok {
			n.eval(document(body))
		}
	})
}
