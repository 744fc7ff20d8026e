package access

import "context"

// HashPassword returns the stored form of a password, for accounts that are made without this package's methods: the seed's.
// It does not hold the password against the rules.
func (s *Service) HashPassword(ctx context.Context, password string) (string, error) {
	return s.hasher.Hash(ctx, password)
}
