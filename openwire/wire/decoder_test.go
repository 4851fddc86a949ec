package wire

import (
	"path/filepath"
	"reflect"
	"testing"
)

// TestFramesAreNotKept overwrites each frame that is not a message's after it was decoded: nothing may change.
func TestFramesAreNotKept(t *testing.T) {
	all, messages := describe(t), 0
	eachLine(t, filepath.Join(vectorsDir(), "v12.jsonl.gz"), func(line int, v *vector) {
		if v.Cache {
			return
		}
		frame := unhex(v.Hex)[headSize:]
		if IsMessage(frame[0]) {
			messages++
			return
		}
		got, err := NewDecoder(v.settings()).Decode(frame)
		if err != nil {
			t.Fatalf("line %d: %v", line, err)
		}
		for i := range frame {
			frame[i] = 0xaa
		}
		if f := (plain{all, v.Version, v.StackTrace}).of(got, false); !reflect.DeepEqual(f, v.Fields) {
			t.Errorf("line %d: %s changed with its frame", line, v.Type)
		}
	})
	if messages == 0 {
		t.Error("IsMessage is true of nothing")
	}
}
