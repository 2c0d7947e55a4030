package many

import (
	"embed"
	"errors"
	"io"
	"strings"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

//go:embed templates
var templates embed.FS

// Cards binds cards: see prepaid.Service.
type Cards interface {
	BindMany(t tx.Tx, by prepaid.By, pairs []prepaid.Pair) ([]prepaid.Paired, error)
	LookAtPairs(t tx.Tx, by prepaid.By, pairs []prepaid.Pair) ([]prepaid.Paired, error)
}

// Config is what the page needs; all of it is required.
type Config struct {
	Frame  *frame.Frame
	Cards  Cards
	Runner tx.Runner
}

// Pages are the page.
type Pages struct {
	Config

	face *web.Face
}

// New makes the page.
func New(c Config) (*Pages, error) {
	if c.Frame == nil || c.Cards == nil || c.Runner == nil {
		return nil, errors.New("many: the configuration is incomplete")
	}
	face, err := c.Frame.Face.Area(templates)
	return &Pages{c, face}, err
}

const (
	textName = "text"
	fileName = "file"

	mostBytes = 256 << 10 // of a file, and of what is pasted: many more than 500 lines have
)

// Routes are the routes of the page.
func (p *Pages) Routes() []edge.Route {
	routes := web.AskWith(p.face, p.Frame.Path(frame.BindManyPath), p.Frame.Act, "many.html", p.ask, p.read, p.bind)
	for i := range routes {
		routes[i].BodyLimit, routes[i].Timeout = 3*mostBytes, time.Minute
	}
	return routes
}

type manyPage struct {
	web.Page

	Form  *web.Form // to confirm; nil while there is nothing to look at
	Lines []line
	Wrong *web.Notice
	Text  string // what was given last
	Most  int
	Keep  []web.Field
}

// line is a line of the preview.
type line struct {
	Line         string
	Card, Device string
	Model        string
	Days         string
	Oldest       bool   // the card was chosen
	Problem      string // why it can't be bound
}

func (p *Pages) ask(q *web.Request, form *web.Form) (*manyPage, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, err
	}
	page := &manyPage{
		Page: p.Frame.Page(q, l, q.T("Bind many cards"), frame.DevicesPath, web.Link{Label: q.T("Devices"), Href: l.Href(frame.DevicesPath)}),
		Most: prepaid.MaxBindings, Keep: l.Fields(),
	}
	given, again := form.Given(textName)
	if !again {
		return page, nil
	}
	pairs, text, err := pairsOf(q, given)
	page.Text = text
	if err == nil {
		err = p.preview(q, page, form, l, pairs)
	}
	if e := fault.As(err); err != nil && (e.Kind == fault.Invalid || e.Kind == fault.Conflict || e.Kind == fault.Forbidden) {
		message, help := q.Language().Fault(e.Code, e.Message, e.Help)
		if len(e.Fields) > 0 {
			message, help = q.T("The lines can't be read."), q.Language().Said(e.Fields[0].Message)
		}
		page.Wrong = &web.Notice{Tone: web.Bad, Title: message, Text: help}
		return page, nil
	}
	return page, err
}

// preview shows what would be bound, and offers to do it where nothing is wrong.
func (p *Pages) preview(q *web.Request, page *manyPage, form *web.Form, l frame.Look, pairs []prepaid.Pair) error {
	var looked []prepaid.Paired
	if err := p.Runner.Run(q.Context(), func(t tx.Tx) error {
		by, err := p.Frame.In(t, q)
		if err != nil {
			return err
		}
		looked, err = p.Cards.LookAtPairs(t, by, pairs)
		return err
	}); err != nil {
		return err
	}
	refused := int64(0)
	for i, one := range looked {
		shown := line{
			Line: q.Language().Number(int64(one.Line)), Card: one.Card.Number, Device: one.Device.Number, Model: one.Device.Model, Oldest: pairs[i].Card == "",
		}
		if one.Card.ID != 0 {
			shown.Days = q.Language().Number(one.Card.Days)
		} else if pairs[i].Card != "" {
			shown.Card = pairs[i].Card
		}
		if one.Refuse != nil {
			refused++
			shown.Problem = q.Language().Said(one.Why())
		}
		page.Lines = append(page.Lines, shown)
	}
	if refused > 0 {
		page.Wrong = &web.Notice{
			Tone: web.Warning, Title: q.T("%d lines can't be bound.", refused), Text: q.T("All lines are bound, or none: correct or leave out those that are marked, and look again."),
		}
		return nil
	}
	form.Submit, form.Cancel = q.T("Bind %d cards", len(looked)), l.Href(frame.DevicesPath)
	text := web.Field{Name: textName, Kind: web.HiddenField, Fixed: true, Value: prepaid.WritePairs(chosen(looked))}
	form.Add(web.Group{Fields: append([]web.Field{text}, l.Fields()...)})
	page.Form = form
	return nil
}

// chosen are the pairs with the cards that were looked at, so that those are bound and no others.
func chosen(looked []prepaid.Paired) []prepaid.Pair {
	all := make([]prepaid.Pair, len(looked))
	for i, one := range looked {
		all[i] = prepaid.Pair{Card: one.Card.Number, Device: one.Device.Number}
	}
	return all
}

// pairsOf reads a file that was sent, and behind it what was pasted.
func pairsOf(q *web.Request, text string) ([]prepaid.Pair, string, error) {
	if header := q.File(fileName); header != nil && header.Size > 0 {
		f, err := header.Open()
		if err != nil {
			return nil, text, err
		}
		defer func() { _ = f.Close() }() // it was only read
		content, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
		if err != nil {
			return nil, text, err
		}
		if len(content) > mostBytes {
			return nil, text, fault.Wrong(fault.Field{Name: fileName, Message: "has more than 500 lines: bind them in several steps"})
		}
		text = strings.TrimPrefix(strings.ToValidUTF8(string(content), "\uFFFD"), "\ufeff") + "\n" + text
	}
	pairs, err := prepaid.ReadPairs(text)
	if err == nil && len(pairs) == 0 {
		err = fault.Wrong(fault.Field{Name: textName, Message: "must name a device"})
	}
	return pairs, strings.TrimSpace(text), err
}

func (p *Pages) read(q *web.Request, v web.Values) ([]prepaid.Pair, error) {
	pairs, _, err := pairsOf(q, v.Get(textName))
	return pairs, err
}

func (p *Pages) bind(t tx.Tx, q *web.Request, pairs []prepaid.Pair) (web.Done, error) {
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Done{}, err
	}
	bound, err := p.Cards.BindMany(t, by, pairs)
	return web.Done{To: l.Href(frame.DevicesPath), Say: web.Flash{Text: q.T("%d cards were bound.", len(bound))}}, err
}
