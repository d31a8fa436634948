package strictjson

import (
	"strings"
	"unicode"
)

// foldSet finds two names of one object that differ only in case. Objects are small, so the names are compared
// with each other; from many on they are looked up by their folded form.
type foldSet struct {
	names  []string // a stack shared by all open objects; ours begin at from
	from   int
	folded map[string]string // folded form -> name, once there are many
}

// manyNames is the size from which comparing all with all costs more than folding each.
const manyNames = 16

// add takes a name in, unless one that differs only in case is there: then it returns that one and true.
func (s *foldSet) add(name string) (twin string, clash bool) {
	own := s.names[s.from:] // up to manyNames of them; further ones stand in the map alone
	if len(own) >= manyNames {
		return s.addFolded(name, own)
	}
	for _, other := range own {
		if strings.EqualFold(other, name) {
			return other, true
		}
	}
	s.names = append(s.names, name)
	return "", false
}

// addFolded is add for an object of many names.
func (s *foldSet) addFolded(name string, own []string) (twin string, clash bool) {
	if s.folded == nil {
		s.folded = make(map[string]string, 2*len(own))
		for _, other := range own {
			s.folded[fold(other)] = other
		}
	}
	key := fold(name)
	if twin, clash = s.folded[key]; clash {
		return twin, true
	}
	s.folded[key] = name
	return "", false
}

// fold maps every rune to the smallest of those that are equal but for case, as strings.EqualFold compares them:
// k, K and the Kelvin sign become one.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, s)
}
