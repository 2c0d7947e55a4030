package licenses

import (
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) newKey() []edge.Route {
	return web.AskOwn(p.Face, "/licenses/{id}/new-key", web.Needs(identity.ManageLicenses), "form.html", p.askNewKey, p.doNewKey)
}

const (
	keepDevices    = "keep"
	releaseDevices = "release"
)

func (p *Pages) askNewKey(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Replace the key", "Replace the key")
	if err != nil {
		return nil, err
	}
	page.Text = "The licence gets a new license key and new token keys. Nothing is activated with the old ones any more. " +
		"A licence file that was handed out goes on until it ends."
	if l.LegacyKey != "" {
		page.Text += " Its legacy key " + l.LegacyKey + " is taken from it."
	}
	form.Danger = true
	var g web.Group
	if used := l.Held(); used > 0 {
		keep := web.Option{
			Value: keepDevices, Label: "They go on",
			Hint: "They learn the new key from their next heartbeat. So does whoever knows the old token key of one of them and its name.",
		}
		drop := web.Option{Value: releaseDevices, Label: "They are released", Hint: "They must be activated anew, with the new key."}
		if used > licensing.DeactivatedAtOnce {
			drop.Hint += " About 500 are released at once, and the rest follows by itself."
		}
		devices := web.Field{
			Name: "devices", Label: web.Count(used, "device in use", "devices in use"), Kind: web.RadioField, Value: keepDevices,
			Options: []web.Option{keep},
		}
		if q.May(identity.ManageActivations) {
			devices.Options = append(devices.Options, drop)
		}
		g.Fields = append(g.Fields, devices)
	}
	if l.LicenseeEmail != "" {
		g.Fields = append(g.Fields, web.Field{Name: "mail", Label: "Mail the new key to " + l.LicenseeEmail, Kind: web.CheckField, Value: "on"})
	}
	if len(g.Fields) > 0 {
		form.Add(g)
	}
	return page, nil
}

func (p *Pages) doNewKey(q *web.Request, v web.Values) (web.Done, error) {
	l, err := p.licence(q)
	if err != nil {
		return web.Done{}, err
	}
	devices := v.Text("devices")
	release := devices == releaseDevices
	v.Check(devices == "" || devices == keepDevices || release, "devices", "must be chosen from the list")
	v.Check(!release || q.May(identity.ManageActivations), "devices", "may be released by those who manage devices only")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	d, err := p.Licenses.RenewKeyOf(q.Context(), q.VendorID(), l.ID, licensing.NewKey{Mail: v.Flag("mail"), Release: release})
	if err != nil {
		return web.Done{}, err
	}
	text := "The licence has a new key."
	if no := fault.As(d.Err()); no != nil {
		text += " No device was released: " + no.Message
	} else if release {
		text += " " + releasedText(d)
	}
	return web.Done{To: show.LicenseHref(q, l.UUID), Say: web.Flash{Text: text}}, nil
}
