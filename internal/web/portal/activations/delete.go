package activations

import (
	"chancery/internal/licensing"
	"chancery/internal/tx"
	"chancery/internal/web"
)

func deleteAction(q *web.Request, s licensing.Seat) web.Action { return web.Action{} }

func (p *Pages) askDelete(q *web.Request, form *web.Form) (*web.FormPage, error) { return nil, nil }
func (p *Pages) doDelete(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	return web.Done{}, nil
}

func (p *Pages) askDeleteSome(q *web.Request, form *web.Form) (*web.FormPage, error) { return nil, nil }
func (p *Pages) doDeleteSome(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	return web.Done{}, nil
}
