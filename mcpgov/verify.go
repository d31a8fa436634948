package mcpgov

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/auth"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// verifier bounds a TokenVerifier and keeps its words inside: what it says of a token goes to the record, and the
// client learns only which kind of refusal it was.
func (s *Server) verifier(verify auth.TokenVerifier) auth.TokenVerifier {
	return func(ctx context.Context, token string, r *http.Request) (*auth.TokenInfo, error) {
		info, err := within(ctx, s.limits.Identify, func(ctx context.Context) (*auth.TokenInfo, error) {
			return verify(ctx, token, r)
		})
		if err == nil && info == nil {
			err = errors.New("the verifier returned neither a token's facts nor an error")
		}
		if err == nil && info.UserID == "" {
			err = fmt.Errorf("the verifier returned a token without a user: set TokenInfo.UserID, sessions are bound to it: %w", auth.ErrInvalidToken)
		}
		if err == nil && info.Expiration.IsZero() {
			err = fmt.Errorf("the verifier returned a token without expiration: set TokenInfo.Expiration: %w", auth.ErrInvalidToken)
		}
		if err == nil {
			return info, nil
		}
		if p, ok := ctx.Value(passageKey{}).(*passage); ok {
			p.cause = mask.NewScrubber([]string{token}).Scrub(errorText(err))
		}
		for _, class := range []error{auth.ErrInvalidToken, auth.ErrOAuth} {
			if errors.Is(err, class) {
				return nil, class
			}
		}
		return nil, errors.New("authentication is not available")
	}
}
