package kahadb

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/storetest/captured"
	"goactivemq/activemq/vfs"
)

// openJobs opens a scheduler's directory, until the test's end.
func openTestJobs(t *testing.T, o Options) *Jobs {
	t.Helper()
	s, err := OpenJobs(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestJobsFixtures lists what the original wrote.
func TestJobsFixtures(t *testing.T) {
	compared := 0
	for _, f := range captured.All(t, "kahadb") {
		if len(f.Contents.ScheduledJobs) == 0 {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			fs := vfs.NewMem()
			f.Unpack(t, "scheduler", fs, "data")
			compareJobs(t, openTestJobs(t, testOptions(fs)), f.Contents.ScheduledJobs)
			for _, name := range jobsIndex {
				if _, err := fs.Stat(filepath.Join("data", name)); err == nil {
					t.Errorf("the original's %s was left", name)
				}
			}
		})
		compared++
	}
	if compared == 0 {
		t.Skip("no fixture has jobs")
	}
}

// compareJobs compares the jobs of a store with what the original lists.
func compareJobs(t *testing.T, s *Jobs, all []captured.Job) {
	t.Helper()
	found := s.Found()
	if len(found) != len(all) {
		t.Fatalf("%d jobs, want %d", len(found), len(all))
	}
	for _, want := range all {
		i := slices.IndexFunc(found, func(j *store.Job) bool { return j.ID == want.JobID })
		if i < 0 {
			t.Errorf("no job %s", want.JobID)
			continue
		}
		j := found[i]
		m, err := s.Load(j)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(m.Content)
		got := captured.Job{JobID: j.ID, Cron: j.Cron, Delay: j.Delay, Period: j.Period, Repeat: j.Repeat, Start: j.Start,
			NextExecutionText: time.UnixMilli(j.Next).UTC().Format(time.DateTime), PayloadLength: len(m.Content), PayloadSha256: hex.EncodeToString(sum[:])}
		if got != want {
			t.Errorf("job\n%+v, want\n%+v", got, want)
		}
	}
}

// jobModel is what a test knows of its jobs: by id, what the store may say. The last state of which it said that it is on disk, and those after.
type jobModel struct {
	t     *testing.T
	s     *Jobs
	rng   *rand.Rand
	jobs  []*store.Job
	state map[string][]string // the last that is certain first; "" is none
	holds map[string]string   // what the job's message begins with
	n     int
}

// stateOf tells a job's state as text.
func stateOf(j *store.Job) string {
	return fmt.Sprintf("%s/%d/%d/%d next %d repeat %d", j.Cron, j.Start, j.Delay, j.Period, j.Next, j.Repeat)
}

// then notes that an operation leads to a state, and returns the completion for it.
func (m *jobModel) then(id, state string) (store.Completion, chan error) {
	m.state[id] = append(m.state[id], state)
	done := make(chan error, 1)
	return func(err error) { done <- err }, done
}

// certain waits for an operation, after which only its outcome is possible.
func (m *jobModel) certain(id string, done chan error) {
	if err := <-done; err != nil {
		m.t.Fatal(err)
	}
	m.state[id] = m.state[id][len(m.state[id])-1:]
}

// newJob makes a job that is due some time.
func (m *jobModel) newJob() *store.Job {
	m.n++
	j := &store.Job{ID: fmt.Sprintf("ID:job-%d", m.n), Start: int64(m.n), Delay: 5, Period: int64(m.rng.Intn(3)), Repeat: int32(m.rng.Intn(5) - 1), Next: 1000 + int64(m.n)}
	if m.rng.Intn(3) == 0 {
		j.Cron = "* * * * *"
	}
	return j
}

// step does something, and waits for its end most of the time.
func (m *jobModel) step() {
	wait := m.rng.Intn(4) > 0
	pick := func() (int, *store.Job) { i := m.rng.Intn(len(m.jobs)); return i, m.jobs[i] }
	switch k := m.rng.Intn(10); {
	case k < 5 || len(m.jobs) < 3:
		j := m.newJob()
		m.state[j.ID], m.holds[j.ID] = []string{""}, j.ID
		done, ended := m.then(j.ID, stateOf(j))
		m.s.Add(j, jobMessage(j.ID, 50+m.rng.Intn(600)), done)
		if m.jobs = append(m.jobs, j); wait {
			m.certain(j.ID, ended)
		}
	case k < 8:
		_, j := pick()
		was := j.Next
		j.Next, j.Count = j.Next+1000, j.Count+1
		if j.Cron == "" && j.Repeat > 0 {
			j.Repeat--
		}
		var child *store.Job
		if m.rng.Intn(4) == 0 {
			child = m.newJob()
			m.state[child.ID], m.holds[child.ID] = []string{"", stateOf(child)}, m.holds[j.ID]
			m.jobs = append(m.jobs, child)
		}
		done, ended := m.then(j.ID, stateOf(j))
		m.s.Reschedule(j, was, child, done)
		if wait {
			m.certain(j.ID, ended)
			if child != nil {
				m.state[child.ID] = m.state[child.ID][1:]
			}
		}
	default:
		i, j := pick()
		m.jobs = slices.Delete(m.jobs, i, i+1)
		done, ended := m.then(j.ID, "")
		m.s.Remove(j, done)
		if wait {
			m.certain(j.ID, ended)
		}
	}
}

// jobMessage is the message of a job.
func jobMessage(id string, size int) *message.Message {
	return &message.Message{ID: message.ParseID("ID:m:1:1:1"), Content: []byte(id + strings.Repeat(".", size))}
}

// check compares what was found with what there may be. What is read becomes certain.
func (m *jobModel) check() {
	m.t.Helper()
	found := map[string]string{}
	for _, j := range m.s.Found() {
		if _, twice := found[j.ID]; twice {
			m.t.Fatalf("%s is there twice", j.ID)
		}
		found[j.ID] = stateOf(j)
		if got, err := m.s.Load(j); err != nil || !strings.HasPrefix(string(got.Content), m.holds[j.ID]+".") {
			m.t.Fatalf("%s holds %v, %v, want the message of %s", j.ID, got, err, m.holds[j.ID])
		}
	}
	for id, may := range m.state {
		if !slices.Contains(may, found[id]) {
			m.t.Fatalf("%s is %q, want one of %q", id, found[id], may)
		}
		m.state[id] = []string{found[id]}
		delete(found, id)
	}
	if len(found) > 0 {
		m.t.Fatalf("jobs from nowhere: %v", found)
	}
	m.jobs = m.s.Found()
}

// TestJobsCrash stops a machine again and again while jobs come and go, in files so small that they are removed and moved all the time.
func TestJobsCrash(t *testing.T) {
	for seed := *crashSeed; seed < *crashSeed+int64(*crashRuns); seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewSource(seed))
			mem := vfs.NewMem()
			m := &jobModel{t: t, rng: rng, state: map[string][]string{}, holds: map[string]string{}}
			files := map[int]bool{}
			for range 6 {
				o := testOptions(mem)
				o.MaxFileLength = 8 << 10
				var err error
				if m.s, err = OpenJobs(o); err != nil {
					t.Fatal(err)
				}
				m.check()
				for range 150 {
					m.step()
					if rng.Intn(25) == 0 {
						if err := m.s.Cleanup(); err != nil {
							t.Fatal(err)
						}
					}
				}
				for _, n := range m.s.files.numbers() {
					files[int(n)] = true
				}
				crashed := mem.Crash(rng)
				if err := m.s.Close(); err != nil {
					t.Fatal(err)
				}
				mem = crashed
			}
			if len(files) < 10 {
				t.Errorf("%d files came and went", len(files))
			}
		})
	}
}

// TestJobsCleanup has one job outlive many, whose files are removed.
func TestJobsCleanup(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.MaxFileLength = 8 << 10
	s := openTestJobs(t, o)
	old := &store.Job{ID: "ID:old", Next: 5, Repeat: 7, Period: 9}
	add := func(j *store.Job) {
		done := make(chan error, 1)
		s.Add(j, jobMessage(j.ID, 500), func(err error) { done <- err })
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	add(old)
	for i := range 400 {
		j := &store.Job{ID: fmt.Sprint("ID:short-", i), Next: int64(i)}
		add(j)
		was := old.Next
		old.Next, old.Count = old.Next+1, old.Count+1
		s.Reschedule(old, was, nil, nil)
		done := make(chan error, 1)
		s.Remove(j, func(err error) { done <- err })
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if i%20 == 0 {
			if err := s.Cleanup(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := len(s.files.numbers()); n > 6 {
		t.Errorf("%d files are left for one job", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	found := openTestJobs(t, o).Found()
	if len(found) != 1 || found[0].ID != "ID:old" || found[0].Next != 405 {
		t.Errorf("found %v, want the old job, due at 405", found)
	}
}

func FuzzJobRecord(f *testing.F) {
	j := &store.Job{ID: "ID:a:1:1:1", Cron: "* * * * *", Start: 1, Delay: 2, Period: 3, Repeat: -1, Next: 4}
	for _, b := range [][]byte{appendJob(nil, j, []byte("payload")), appendReschedule(nil, j, 9), appendJobRemoval(nil, j.ID, -1)} {
		f.Add(b[recordHead:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeJobRecord(b)
		if err != nil || r.command != cmdAddJob {
			return
		}
		again, err := decodeJobRecord(appendJob(nil, r.job(), r.payload)[recordHead:])
		if err != nil || *again.job() != *r.job() || string(again.payload) != string(r.payload) {
			t.Errorf("%v: %+v became %+v", err, r.job(), again.job())
		}
	})
}
