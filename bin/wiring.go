package main

import (
	"context"
	"errors"
	"log/slog"
	"net"

	"goactivemq/activemq/cli"
)

// program stands in for the broker: it opens the OpenWire port, accepts connections and closes them.
type program struct{}

func (program) Run(ctx context.Context, s cli.Settings, ready func()) error {
	address := s.Properties["standin.address"]
	if address == "" {
		address = "0.0.0.0:61616"
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { listener.Close() })
	slog.Info("Listening for connections at: tcp://" + listener.Addr().String())
	ready()
	for {
		connection, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		connection.Close()
	}
}
