package kahadb_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/store/storetest"
	"goactivemq/openwire/wire"
)

// openJobs opens a scheduler's directory with small files.
func openJobs(t *testing.T, dir string) *kahadb.Jobs {
	t.Helper()
	codec, err := wire.NewStoreCodec(11)
	if err != nil {
		t.Fatal(err)
	}
	o := kahadb.Defaults(dir, codec)
	o.Log, o.MaxFileLength = slog.New(slog.DiscardHandler), smallFile
	s, err := kahadb.OpenJobs(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// listJobs describes jobs by id, as both sides can tell them.
func listJobs(t *testing.T, s *kahadb.Jobs) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, j := range s.Found() {
		m, err := s.Load(j)
		if err != nil {
			t.Fatal(err)
		}
		all[j.ID] = jobLine(j.Cron, j.Start, j.Delay, j.Period, int64(j.Repeat), time.UnixMilli(j.Next).UTC().Format(time.DateTime), m.ID.String())
	}
	return all
}

func jobLine(cron string, start, delay, period, repeat int64, next, id string) string {
	return fmt.Sprintf("%s|%d|%d|%d|%d|%s|%s", cron, start, delay, period, repeat, next, id)
}

// fillJobs makes a directory in which jobs of all kinds came, went, came again, gave rise to others and were moved.
func fillJobs(t *testing.T, dir string) map[string]string {
	t.Helper()
	s := openJobs(t, dir)
	due := time.Date(2040, 5, 1, 12, 0, 0, 0, time.UTC).UnixMilli()
	wait := make(chan error, 1)
	done := func(err error) { wait <- err }
	settle := func() {
		t.Helper()
		if err := <-wait; err != nil {
			t.Fatal(err)
		}
	}
	var jobs []*store.Job
	for i := range 600 {
		j := &store.Job{ID: fmt.Sprintf("ID:jobs-1:1:1:1:%d", i), Start: due - 5000, Delay: 5000, Period: int64(i % 3 * 1000), Repeat: int32(i%5 - 1), Next: due + int64(i)*1000}
		if i%7 == 0 {
			j.Cron = "0 2 29 2 *"
		}
		s.Add(j, storetest.NewMessage(*message.NewQueue("JOBS"), i, 300), done)
		settle()
		jobs = append(jobs, j)
	}
	for i, j := range jobs {
		switch {
		case i%50 == 3: // these stay as they are
		case i%50 == 4:
			for range 3 {
				was := j.Next
				j.Next, j.Count = j.Next+3_600_000, j.Count+1
				if j.Cron == "" && j.Repeat > 0 {
					j.Repeat--
				}
				s.Reschedule(j, was, nil, done)
				settle()
			}
		case i%50 == 5:
			was := j.Next
			j.Next += 7_200_000
			if j.Cron == "" && j.Repeat > 0 {
				j.Repeat--
			}
			s.Reschedule(j, was, &store.Job{ID: j.ID + ":child", Start: due, Delay: 1, Next: due + 1}, done)
			settle()
		default:
			s.Remove(j, done)
			settle()
		}
	}
	for range 20 { // each may move the jobs of a file
		if err := s.Cleanup(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "db-1.log")); err == nil {
		t.Error("the first file is still there: nothing was moved")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openJobs(t, dir)
	defer s.Close()
	return listJobs(t, s)
}

// listJobs has the original's code list a scheduler's directory, which it changes by that.
func (j javaReader) listJobs(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.json")
	if b, err := exec.Command("java", "-Duser.timezone=UTC", "-cp", j.classPath, "ReadBack", "scheduler", dir, "--out", out).CombinedOutput(); err != nil {
		t.Fatalf("java: %v\n%s", err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		ScheduledJobs []struct {
			JobID, Cron, NextExecutionText string
			Start, Delay, Period, Repeat   int64
			Message                        struct{ MessageID string }
		}
	}
	if err := json.Unmarshal(b, &told); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, s := range told.ScheduledJobs {
		all[s.JobID] = jobLine(s.Cron, s.Start, s.Delay, s.Period, s.Repeat, s.NextExecutionText, s.Message.MessageID)
	}
	return all
}

// TestJavaReadsJobs has the original's scheduler list what we wrote, and us list what it left.
func TestJavaReadsJobs(t *testing.T) {
	java := newJava(t)
	dir := t.TempDir()
	want := fillJobs(t, dir)
	if len(want) != 48 {
		t.Errorf("%d jobs, want 48", len(want))
	}
	if got := java.listJobs(t, dir); !maps.Equal(got, want) {
		t.Errorf("Java lists\n%v\nwant\n%v", got, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "scheduleDB.data")); err != nil {
		t.Errorf("Java made no index: %v", err)
	}
	s := openJobs(t, dir)
	if got := listJobs(t, s); !maps.Equal(got, want) {
		t.Errorf("back from Java\n%v\nwant\n%v", got, want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "scheduleDB.data")); err == nil {
		t.Error("Java's index was left")
	}
}
