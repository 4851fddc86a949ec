package openwire

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
	"goactivemq/test/peers"
)

// mangledRounds is how often each recording is played. MANGLED_ROUNDS names another number.
const mangledRounds = 15

// TestMangled plays the clients of the recordings with some bytes of their frames changed, in the encoding in which most changes still make a frame.
// Whatever that asks for, the broker answers it or ends the connection, and meets no bug.
func TestMangled(t *testing.T) {
	rounds := mangledRounds
	if n, err := strconv.Atoi(os.Getenv("MANGLED_ROUNDS")); err == nil {
		rounds = n
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	files, err := filepath.Glob(filepath.Join(peers.Shared(t, "openwire", "sessions"), "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sessions (%v)", err)
	}
	s := serve(t, "", nil)
	for _, path := range files {
		frames := readRecording(t, path)
		for range rounds {
			clients := map[int]*client{}
			for _, f := range frames {
				if !f.client {
					continue
				}
				if clients[f.connection] == nil {
					c := s.dial()
					loose := wire.Settings{Version: 12, StackTrace: true}
					c.hello(infoOf(t, 12, with(capable(), "TightEncodingEnabled", false, "CacheEnabled", false)), loose)
					clients[f.connection] = c
				}
				if _, ok := f.command.(*wire.WireFormatInfo); !ok {
					clients[f.connection].mangle(random, f.command)
				}
			}
			for _, c := range clients {
				c.end()
			}
		}
	}
	if log := s.log.text(); strings.Contains(log, "a bug ended") {
		at := strings.Index(log, "a bug ended")
		t.Errorf("a bug: %s", log[at:min(len(log), at+4000)])
	}
	s.connect("after").ok(&wire.FlushCommand{})
}

// mangle sends a command with a few bytes behind its type changed now and then, but a login as it is. A connection that has ended takes nothing.
func (c *client) mangle(random *rand.Rand, command any) {
	frame := c.frame(command)
	if _, login := command.(*message.ConnectionInfo); !login && random.IntN(3) == 0 {
		for range 1 + random.IntN(3) {
			at := 5 + random.IntN(max(len(frame)-5, 1))
			if at >= len(frame) {
				continue
			}
			switch random.IntN(3) {
			case 0:
				frame[at] = byte(random.IntN(256))
			case 1:
				frame[at] ^= 1
			default:
				frame[at] = []byte{0, 0xff, 0x7f, 0x80, '>', '*', ','}[random.IntN(7)]
			}
		}
	}
	if _, err := c.socket.Write(frame); err != nil && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
		c.t.Fatal(err)
	}
}
