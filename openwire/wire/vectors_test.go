package wire

import (
	"bufio"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// vector is one line of the encodings by the original.
type vector struct {
	Version    int
	Tight      bool
	Cache      bool
	StackTrace bool
	CacheSize  int
	Seq        string
	N          int
	Type       string
	Style      string
	Fields     map[string]any
	Hex        string
}

func (v *vector) settings() Settings {
	return Settings{Version: v.Version, Tight: v.Tight, Cache: v.Cache, CacheSize: v.CacheSize, StackTrace: v.StackTrace}
}

// eachLine decodes the lines of a file, gzipped or not, into values that f is called with.
func eachLine[T any](t *testing.T, path string, f func(line int, v *T)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var r io.Reader = bufio.NewReader(file)
	if filepath.Ext(path) == ".gz" {
		if r, err = gzip.NewReader(r); err != nil {
			t.Fatal(err)
		}
	}
	d := json.NewDecoder(r)
	d.UseNumber()
	for line := 1; ; line++ {
		v := new(T)
		if err := d.Decode(v); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s:%d: %v", path, line, err)
		}
		f(line, v)
	}
}

// TestVectors holds the codec against frames written by the original: each must decode to the fields that it was made from, and these
// must encode to the same bytes.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(vectorsDir(), "v[0-9][0-9].jsonl.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors in %s (%v); OPENWIRE_VECTORS names their directory", vectorsDir(), err)
	}
	all := describe(t)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			count := 0
			var decoder *Decoder
			var encoder *Encoder
			eachLine(t, path, func(line int, v *vector) {
				count++
				if !v.Cache || v.N == 0 {
					decoder, encoder = NewDecoder(v.settings()), NewEncoder(v.settings())
				}
				if err := checkVector(all, v, decoder, encoder); err != nil {
					t.Errorf("line %d, %s %s%s[%d], tight %v: %v", line, v.Type, v.Style, v.Seq, v.N, v.Tight, err)
				}
			})
			if count == 0 {
				t.Error("no vector")
			}
		})
	}
}

func checkVector(all map[string]*description, v *vector, decoder *Decoder, encoder *Encoder) error {
	frame, err := hex.DecodeString(v.Hex)
	if err != nil {
		return err
	}
	p := plain{all, v.Version, v.StackTrace}
	got, err := decoder.Decode(frame[headSize:])
	if err != nil {
		return err
	}
	if f := p.of(got, false); !reflect.DeepEqual(f, v.Fields) {
		return fmt.Errorf("decodes to\n%v\nwant\n%v", f, v.Fields)
	}
	encoded, err := encoder.Append([]byte("before"), p.make(v.Type, v.Fields))
	if err != nil {
		return err
	}
	if hex.EncodeToString(encoded) != hex.EncodeToString([]byte("before"))+v.Hex {
		return fmt.Errorf("encodes to\n%x\nwant\n%x%s", encoded, "before", v.Hex)
	}
	return nil
}
