package wiring

import (
	"context"

	"chancery/internal/offline"
	"chancery/internal/wire/slascone"
)

// handedFiles writes XML files down beside those of the SDK.
func handedFiles(files *offline.Service) func(context.Context, slascone.HandedFile) error {
	return func(ctx context.Context, h slascone.HandedFile) error {
		l := h.State.License
		f := offline.File{
			License: l.ID, Form: offline.FormXML, Via: offline.ViaCall, Name: h.Name, OutSize: int64(len(h.Content)), Content: h.Content, Serial: l.Serial(),
		}
		switch {
		case h.IsActivation:
			f.Form = offline.FormActivation
		case h.Principal.Kind == "user":
			f.Via = offline.ViaConsole
		case h.Principal.Kind == "":
			f.Via = offline.ViaDashboard
		}
		if a := h.State.Activation; a != nil {
			f.Activation, f.ClientID = a.UUID, a.Device.Number
		}
		return files.Note(ctx, l.Vendor, f)
	}
}
