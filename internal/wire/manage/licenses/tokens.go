package licenses

import (
	"chancery/internal/ident"
	"chancery/internal/licensing"
)

type token struct {
	TokenKey ident.UUID `json:"token_key" format:"uuid"`
	Slot     int64      `json:"slot"`
	Role     string     `json:"role" enum:"contract,buffer,goodwill"`
	InUse    bool       `json:"in_use"`
}

func showToken(k *licensing.Token) token {
	return token{TokenKey: k.Key, Slot: k.Slot, Role: string(k.Role), InUse: k.Activation != 0}
}
