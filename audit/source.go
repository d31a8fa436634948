package audit

import "fmt"

// check refuses what appendSources could not write.
func (s *Source) check() error {
	if err := checkTime(s.Executed); err != nil {
		return fmt.Errorf("the time Executed: %w", err)
	}
	if err := checkTime(s.AsOf); err != nil {
		return fmt.Errorf("the time AsOf: %w", err)
	}
	return nil
}

// appendSources writes where the data came from; nothing if nobody said.
func appendSources(dst []byte, sources []Source) []byte {
	if len(sources) == 0 {
		return dst
	}
	dst = append(dst, `"sources":[`...)
	for i := range sources {
		s := &sources[i]
		dst = append(dst, '{')
		dst = appendMoment(dst, `"as_of":"`, s.AsOf)
		dst = appendMoment(dst, `"executed":"`, s.Executed)
		dst = appendText(dst, `"model":`, s.Model)
		dst = appendText(dst, `"parameters_digest":`, s.ParametersDigest)
		dst = appendText(dst, `"ref":`, s.Ref)
		dst = appendText(dst, `"revision":`, s.Revision)
		dst = appendInt(dst, `"rows":`, int64(s.Rows))
		dst = appendText(dst, `"statement":`, s.Statement)
		dst = appendText(dst, `"system":`, s.System)
		dst = appendTexts(dst, `"tables":[`, s.Tables)
		dst = closeObject(dst)
	}
	return append(dst[:len(dst)-1], `],`...)
}

// parse reads one origin.
func (s *Source) parse(object value) error {
	return each(object, func(name []byte, v value) error {
		switch string(name) {
		case "as_of":
			return v.time(&s.AsOf)
		case "executed":
			return v.time(&s.Executed)
		case "model":
			return v.text(&s.Model)
		case "parameters_digest":
			return v.text(&s.ParametersDigest)
		case "ref":
			return v.text(&s.Ref)
		case "revision":
			return v.text(&s.Revision)
		case "rows":
			return v.count(&s.Rows)
		case "statement":
			return v.text(&s.Statement)
		case "system":
			return v.text(&s.System)
		case "tables":
			return v.list(&s.Tables)
		default:
			return errUnknown
		}
	})
}
