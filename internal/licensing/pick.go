package licensing

// pick finds the token to assign in role (contract standing for contract and
// buffer). By license key it is the highest free slot, so that token keys handed
// out one by one stay free; by token key it is that token, whose role is swapped
// with a free one's where the limits ask for it. No key ever changes.
func (a *activating) pick(role Role) (*Token, error) {
	if a.token != nil {
		return a.pickNamed(role)
	}
	if role == RoleContract {
		token, err := a.store.FreeToken(a.t, a.command.Vendor, a.license.ID, RoleContract)
		if err != nil || token != nil {
			return token, err
		}
		role = RoleBuffer
	}
	return a.freeOrNew(role)
}

func (a *activating) freeOrNew(role Role) (*Token, error) {
	token, err := a.store.FreeToken(a.t, a.command.Vendor, a.license.ID, role)
	if err != nil || token != nil {
		return token, err
	}
	made := a.newTokens(a.license, role, 1)
	if err := a.store.InsertTokens(a.t, a.command.Vendor, made); err != nil {
		return nil, err
	}
	return a.store.TokenByKey(a.t, a.command.Vendor, made[0].Key)
}

// pickNamed takes the presented token, giving it a role that has room.
func (a *activating) pickNamed(role Role) (*Token, error) {
	v, token := a.command.Vendor, a.token
	want, err := a.wanted(role)
	if err != nil {
		return nil, err
	}
	if token.Role == want {
		return token, nil
	}
	if token.Role == RoleContract {
		// The contract's row count stays: a free goodwill token becomes contract, or a new one is made.
		other, err := a.freeOrNew(want)
		if err != nil {
			return nil, err
		}
		if err := a.store.SetRole(a.t, v, other.ID, RoleContract); err != nil {
			return nil, err
		}
	}
	token.Role = want
	return token, a.store.SetRole(a.t, v, token.ID, want)
}

// wanted gives the role that the presented token is to have. A goodwill token
// that becomes regular swaps its role with a free contract token, if there is one.
func (a *activating) wanted(role Role) (Role, error) {
	switch {
	case role != RoleContract:
		return role, nil
	case a.token.Role != RoleGoodwill:
		return a.token.Role, nil
	}
	swap, err := a.store.FreeToken(a.t, a.command.Vendor, a.license.ID, RoleContract)
	if err != nil || swap == nil {
		return RoleBuffer, err
	}
	return RoleContract, a.store.SetRole(a.t, a.command.Vendor, swap.ID, RoleGoodwill)
}
