package config

type Console struct{}

func (c *context) bindConsole() *Console { return nil }
