package prepaid

import (
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

type bindPair struct {
	Card   string `json:"card,omitempty" maxLength:"200" doc:"its number, in any writing; left out: the oldest that fits"`
	Device string `json:"device" minLength:"1" maxLength:"200" doc:"its number, in any writing"`
}

type bindMany struct {
	Pairs   []bindPair `json:"pairs" minItems:"1" maxItems:"500" nullable:"false" doc:"each card and each device once"`
	Preview bool       `json:"preview,omitempty" doc:"true: only say what would be bound, and what would be refused"`
}

type boundLine struct {
	Line    int     `json:"line" doc:"1 for the first pair"`
	Card    string  `json:"card" doc:"its number; empty where none was found"`
	Device  string  `json:"device" doc:"its number"`
	Refused *string `json:"refused" doc:"of a preview: why it can't be bound; null: it can"`
}

type boundLines struct {
	Bound int         `json:"bound" doc:"how many were bound; 0 of a preview"`
	Lines []boundLine `json:"lines" nullable:"false"`
}

func (a *Area) bindMany(t tx.Tx, _ *operation.Request, by prepaid.By, in bindMany) (boundLines, error) {
	pairs := make([]prepaid.Pair, len(in.Pairs))
	for i, p := range in.Pairs {
		pairs[i] = prepaid.Pair{Card: p.Card, Device: p.Device}
	}
	answer, bind := boundLines{Lines: []boundLine{}}, a.Prepaid.BindMany
	if in.Preview {
		bind = a.Prepaid.LookAtPairs
	}
	all, err := bind(t, by, pairs)
	for _, p := range all {
		answer.Lines = append(answer.Lines, boundLine{p.Line, p.Card.Number, p.Device.Number, value.TextOrNil(p.Why())})
	}
	if !in.Preview {
		answer.Bound = len(all)
	}
	return answer, err
}
