package prepaid

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/store"
)

// TakenCards gives those of card numbers, as printed, that cards have.
func (s Store) TakenCards(ctx context.Context, v ident.VendorID, numbers []string) (map[string]bool, error) {
	taken := map[string]bool{}
	err := in(numbers, 2, func(list string, args []any) error {
		_, err := store.All[struct{}](s.DB.Query(ctx, `SELECT number FROM prepaid_cards WHERE vendor_id = $1 AND number IN (`+list+`)`,
			append([]any{v}, args...)...))(func(scan store.Scan) (struct{}, error) {
			var number string
			err := scan(&number)
			taken[number] = true
			return struct{}{}, err
		})
		return err
	})
	return taken, err
}

// TakenDevices gives, by key, the numbers of devices that are there.
func (s Store) TakenDevices(ctx context.Context, v ident.VendorID, keys []string) (map[string]string, error) {
	taken := map[string]string{}
	err := in(keys, 2, func(list string, args []any) error {
		_, err := store.All[struct{}](s.DB.Query(ctx, `SELECT number_key, number FROM prepaid_device_numbers WHERE vendor_id = $1 AND number_key IN (`+list+`)`,
			append([]any{v}, args...)...))(func(scan store.Scan) (struct{}, error) {
			var key, number string
			err := scan(&key, &number)
			taken[key] = number
			return struct{}{}, err
		})
		return err
	})
	return taken, err
}
