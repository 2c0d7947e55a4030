package access

import (
	"context"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// SecondFactor finishes a sign-in whose password was right, with what the
// authenticator app shows or a recovery code. Step is what Password gave.
func (s *SignIn) SecondFactor(ctx context.Context, vendor ident.VendorID, step, code string, v Visit) (SignedIn, error) {
	who, err := s.stepUser(ctx, vendor, step)
	if err != nil {
		return SignedIn{}, err
	}
	tried, err := s.c.Attempts.begin(ctx, vendor, factorTry(who, v))
	if err != nil {
		return SignedIn{}, err
	}
	var result SignedIn
	var refused error
	err = s.c.Runner.Run(ctx, func(t tx.Tx) error {
		result, refused = SignedIn{}, nil
		half, err := s.c.Steps.Look(t, vendor, StepSecondFactor, step)
		if err != nil {
			return err
		}
		person, _, found, err := s.c.People.Get(t, vendor, who.UUID)
		if err != nil {
			return err
		}
		if !found || person.DisabledAt != nil || person.ID != half.User {
			return errStep()
		}
		ok, err := s.c.Factors.check(t, vendor, person, code)
		if err != nil {
			return err
		}
		if !ok {
			refused = errCode()
			return nil
		}
		if err := s.c.Steps.End(t, vendor, step); err != nil {
			return err
		}
		if err := s.c.Attempts.succeeded(t, vendor, tried); err != nil {
			return err
		}
		result, err = s.Enter(t, vendor, person, v.beginning(ByPassword, true))
		return err
	})
	if err == nil {
		err = refused
	}
	return result, err
}

// stepUser reads whose sign-in this is, to count the try before it is judged.
func (s *SignIn) stepUser(ctx context.Context, vendor ident.VendorID, step string) (person Person, err error) {
	err = s.c.Runner.Run(ctx, func(t tx.Tx) error {
		half, err := s.c.Steps.Look(t, vendor, StepSecondFactor, step)
		if err != nil {
			return err
		}
		var found bool
		if person, found, err = s.c.People.GetByID(t, vendor, half.User); err == nil && !found {
			err = errStep()
		}
		return err
	})
	return person, err
}

func errCode() *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "code_wrong", Message: "This code is not right, or was used before.",
		Help: "Enter what the app shows now, or a recovery code.",
	}
}
