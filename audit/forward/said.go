package forward

import (
	"encoding/base64"
	"net/http"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// said is what an answer that says no tells people: its beginning, or the message of the google.rpc.Status that OTLP collectors send. An
// answer that repeats what the request had of secrets is not shown.
func said(answer []byte, header http.Header, req *http.Request) string {
	if strings.Contains(header.Get("Content-Type"), "protobuf") {
		answer = statusMessage(answer)
	}
	text := strings.TrimSpace(strings.ToValidUTF8(string(answer), "\uFFFD"))
	for _, secret := range secrets(req) {
		if len(secret) >= 4 && strings.Contains(text, secret) { // what is shorter stands in any text
			return ""
		}
	}
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "..."
	}
	return text
}

// secrets are the parts of a request that may be: the values of the user's headers, password, path and query of the URL.
func secrets(req *http.Request) []string {
	var all []string
	for name, values := range req.Header {
		switch name {
		case "Content-Type", "Content-Encoding", "User-Agent": // collectors complain of these by name
			continue
		}
		for _, value := range values {
			_, credential, _ := strings.Cut(value, " ") // behind "Bearer"
			all = append(all, value, credential)
		}
	}
	if password, ok := req.URL.User.Password(); ok {
		all = append(all, password, base64.StdEncoding.EncodeToString([]byte(req.URL.User.Username()+":"+password)))
	}
	for _, values := range req.URL.Query() {
		all = append(all, values...)
	}
	if path := req.URL.Path; path != "/v1/logs" {
		all = append(all, path)
	}
	return append(all, req.URL.RawQuery)
}

// statusMessage is field 2 of a google.rpc.Status.
func statusMessage(message []byte) []byte {
	for len(message) > 0 {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return nil
		}
		message = message[n:]
		if field == 2 && kind == protowire.BytesType {
			text, n := protowire.ConsumeBytes(message)
			if n < 0 {
				return nil
			}
			return text
		}
		if n = protowire.ConsumeFieldValue(field, kind, message); n < 0 {
			return nil
		}
		message = message[n:]
	}
	return nil
}
