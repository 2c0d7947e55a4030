package wiring

import (
	"context"
	"strconv"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/offline"
	"chancery/internal/refusal"
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

// noAnswer is a refusal as people and programs are told it who bring or ask for a file.
func noAnswer(no *refusal.Refusal) error {
	return fault.Refused("refused_"+strconv.Itoa(no.ID), no.Message, no.Help)
}

// takeFile reads a file that somebody brings who is known.
func takeFile(files *offline.Service, via offline.Via) func(context.Context, ident.VendorID, ident.UUID, []byte) (*offline.Reply, error) {
	return func(ctx context.Context, v ident.VendorID, vendor ident.UUID, text []byte) (*offline.Reply, error) {
		reply, no, err := files.Take(ctx, offline.Upload{Vendor: v, UUID: vendor, Text: text, From: edge.ClientAddress(ctx), Via: via})
		if err == nil && no != nil {
			err = noAnswer(no)
		}
		return reply, err
	}
}

// refreshFile makes a refresh file for who asks for one.
func refreshFile(files *offline.Service, via offline.Via) func(context.Context, ident.VendorID, ident.UUID, ident.UUID) (string, []byte, error) {
	return func(ctx context.Context, v ident.VendorID, vendor, activation ident.UUID) (string, []byte, error) {
		reply, no, err := files.Refresh(ctx, offline.RefreshCommand{Vendor: v, UUID: vendor, Activation: activation, Via: via})
		if err != nil {
			return "", nil, err
		}
		if no != nil {
			return "", nil, noAnswer(no)
		}
		return reply.Name, reply.File, nil
	}
}
