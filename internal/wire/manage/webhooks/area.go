package webhooks

import (
	"errors"

	"chancery/internal/wire/manage/operation"
)

// Config is what the area needs; all of it is required.
type Config struct {
	Subscriptions Subscriptions
	OutboxRows    OutboxRows
	Incoming      Incoming
	IncomingRows  IncomingRows
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Subscriptions == nil || c.OutboxRows == nil || c.Incoming == nil || c.IncomingRows == nil {
		return nil, errors.New("webhooks: the configuration is incomplete")
	}
	return &Area{c}, nil
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	return append(a.subscriptions(m), a.incoming(m)...)
}
