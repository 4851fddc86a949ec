package kahadb

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// TestMain is also the process that TestKill kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv("KAHADB_TEST_KILL"); dir != "" {
		if err := produce(dir); err != nil {
			fmt.Println("error", err)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func killOptions(dir string) Options {
	o := testOptions(vfs.OS{})
	o.Directory, o.MaxFileLength = dir, 1<<20
	return o
}

// produce sends for ever, removes every third message, and prints what was completed.
func produce(dir string) error {
	s, err := Open(killOptions(dir))
	if err != nil {
		return err
	}
	q, err := s.OpenQueue(queueA)
	if err != nil {
		return err
	}
	done := make(chan error)
	complete := func(err error) { done <- err }
	for n := int64(1); ; n++ {
		e := &store.Entry{}
		q.Append(e, testMessage(n, 500), nil, complete)
		q.Admit(e)
		if err := <-done; err != nil {
			return err
		}
		fmt.Println("sent", n)
		if n%3 == 0 {
			q.Remove(e, nil, nil, complete)
			if err := <-done; err != nil {
				return err
			}
			fmt.Println("removed", n)
		}
		if n%100 == 0 {
			if err := s.Checkpoint(); err != nil {
				return err
			}
		}
	}
}

// TestKill kills a real process at work, three times over, and wants all that it was told is there.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	for _, lines := range []int{5, 350, 777} {
		dir := t.TempDir()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "KAHADB_TEST_KILL="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		sent, removed := []int64{}, map[int64]bool{}
		scan := bufio.NewScanner(out)
		for i := 0; scan.Scan(); i++ {
			what, number, _ := strings.Cut(scan.Text(), " ")
			n, err := strconv.ParseInt(number, 10, 64)
			if err != nil {
				t.Fatalf("the other process says %q", scan.Text())
			}
			if what == "sent" {
				sent = append(sent, n)
			} else {
				removed[n] = true
			}
			if i == lines {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the process ended by itself")
		}
		h := open(t, killOptions(dir))
		got := h.numbers(h.queue("A"))
		for _, n := range sent {
			there := slices.Contains(got, n)
			if removed[n] && there {
				t.Errorf("%d was removed and is there", n)
			}
			if n%3 != 0 && !there {
				t.Errorf("%d was sent and is lost", n)
			}
		}
		h.close()
	}
}

// TestJavaInBetween has a Java broker's mark in the journal behind the end of our index, which then must not be believed: that broker may have
// removed files.
func TestJavaInBetween(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	h := open(t, o)
	q := h.queue("A")
	for range 60 {
		h.send(q, 600)
	}
	if err := h.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	if err := h.journal.append(trace("LOADED Sat Nov 21 01:03:59 UTC 2026")); err != nil {
		t.Fatal(err)
	}
	if err := h.journal.barrier(); err != nil {
		t.Fatal(err)
	}
	o.FS = mem.Copy()
	h.close()
	if err := o.FS.Remove("data/db-1.log"); err != nil {
		t.Fatal(err)
	}
	h = open(t, o)
	if got := h.numbers(h.queue("A")); len(got) < 20 || len(got) >= 60 || got[len(got)-1] != 60 {
		t.Errorf("holds %v", got)
	}
	h.close()
}
