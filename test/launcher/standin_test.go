package launcher_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"goactivemq/activemq/cli"
	"goactivemq/activemq/logging"
)

// TestMain is the program activemqd when it is called by that name: installations of the tests hold a link to the
// test's own executable.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "activemqd" {
		os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr, standin{}))
	}
	os.Exit(m.Run())
}

// standin takes the broker's place and does what a property tells it: the tests of the launcher need brokers that fail,
// hang and crash, and need to see what reaches them.
type standin struct{}

// Run behaves as the property standin says; without it, as a broker that starts and stops.
func (standin) Run(ctx context.Context, s cli.Settings, ready func()) error {
	log := logging.Logger("standin")
	switch s.Properties["standin"] {
	case "fails":
		return errors.New("activemq.xml:12:5: no such thing")
	case "ends":
		return nil
	case "panics":
		panic("out of luck")
	case "crashes":
		done := make(chan bool)
		go func() {
			defer close(done)
			panic("out of luck elsewhere")
		}()
		<-done
	case "slow":
		<-ctx.Done()
		return nil
	case "hangs":
		ready()
		select {}
	case "loses its store":
		ready()
		<-ctx.Done()
		return errors.New("store: no space left")
	}
	log.Info("standin is ready")
	ready()
	for {
		select {
		case <-s.Reload:
			log.Info("standin reads again")
		case <-ctx.Done():
			log.Info("standin is closed")
			return nil
		}
	}
}

// Validate prints what reached the program.
func (standin) Validate(s cli.Settings, out io.Writer) error {
	fmt.Fprintf(out, "Home=%s\nBase=%s\nConf=%s\nData=%s\nTmp=%s\nURI=%s\nMaxHeap=%d\n", s.Home, s.Base, s.Conf, s.Data, s.Tmp, s.URI, s.MaxHeap)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		fmt.Fprintf(out, "-D%s=%s\n", name, s.Properties[name])
	}
	if s.Properties["standin"] == "fails" {
		return errors.New("activemq.xml:12:5: no such thing")
	}
	return nil
}
