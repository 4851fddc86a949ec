package selector

import "testing"

var benchmarks = []struct{ name, text string }{
	{"equal", "region = 'north-east'"},
	{"number", "JMSPriority > 4"},
	{"and", "region = 'north-east' AND JMSPriority > 4 AND amount * 2 >= 25.0"},
	{"like", "region LIKE '%th_e%'"},
	{"in", "region IN ('a','b','c','d','e','f','g','h','i','north-east')"},
	{"regex", "REGEX('^north-', region)"},
}

func BenchmarkMatches(b *testing.B) {
	m := newFake("order")
	m.properties["region"] = String("north-east")
	m.properties["amount"] = Double(12.5)
	m.headers[Priority] = Int(7)
	for _, c := range benchmarks {
		s := mustParse(b, c.text)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !s.Matches(m) {
					b.Fatal("no match")
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, c := range benchmarks {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(c.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
