package mcpgov

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// A cursor says behind which entry a list goes on: an entry the caller was shown, so that the cursor of a filtered list names nothing that
// was filtered out. It is sealed for the caller and the list with the server's key and good for no other.

var errCursor = errors.New("the cursor was not made by this server for this caller and list")

const cursorMAC = 16

func (s *Server) cursor(c *call, kind listKind, last string) string {
	return base64.RawURLEncoding.EncodeToString(append(s.cursorMAC(c, kind, last), last...))
}

func (s *Server) readCursor(c *call, kind listKind, cursor string) (last string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) < cursorMAC {
		return "", errCursor
	}
	last = string(raw[cursorMAC:])
	if !hmac.Equal(raw[:cursorMAC], s.cursorMAC(c, kind, last)) {
		return "", errCursor
	}
	return last, nil
}

func (s *Server) cursorMAC(c *call, kind listKind, last string) []byte {
	mac := hmac.New(sha256.New, s.key)
	u := &c.caller.User
	var text bytes.Buffer
	for _, part := range []string{"mcpgov cursor", string(kind), u.Provider, u.Tenant, u.ID, last} {
		fmt.Fprintf(&text, "%d:%s", len(part), part)
	}
	mac.Write(text.Bytes())
	return mac.Sum(nil)[:cursorMAC]
}
