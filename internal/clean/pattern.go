package clean

import (
	"math/big"
	"regexp"
	"strings"
)

// Redacted takes the place of a value that looks like a card, a key or a national number.
const Redacted = "[redacted]"

// pattern is one kind of value and what it must be besides looking like it.
type pattern struct {
	looks *regexp.Regexp
	is    func(string) bool                   // nil: the look is enough
	part  func(value string) (begin, end int) // where in what looks like it the value is; nil: it is the whole
}

// The looks. Those of keys are what their issuers document; a text in base64 that happens to look like one is rarer than 1 in 10^9.
var (
	cardLook    = regexp.MustCompile(`\d(?:[ -]?\d){12,40}`)
	keyLook     = regexp.MustCompile(`\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}|xox[abeoprs]-[A-Za-z0-9-]{20,}|[sr]k_live_[A-Za-z0-9]{20,}|AIza[A-Za-z0-9_-]{35}|sk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}|glpat-[A-Za-z0-9_-]{20,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})`)
	pemLook     = regexp.MustCompile(`-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?s:.*?)(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----|$)`)
	ssnLook     = regexp.MustCompile(`\d{3}-\d{2}-\d{4}`)
	ahvLook     = regexp.MustCompile(`756\.?\d{4}\.?\d{4}\.?\d{2}`)
	ninoLook    = regexp.MustCompile(`\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b`)
	accountLook = regexp.MustCompile(`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b`)
)

func patterns() []pattern {
	return []pattern{
		{looks: pemLook},
		{looks: keyLook},
		{looks: accountLook, is: isAccount},
		{looks: ahvLook, is: isAHV},
		{looks: ssnLook, is: isSSN},
		{looks: ninoLook},
		{looks: cardLook, is: isCard, part: cardIn},
	}
}

// redactPatterns takes out what looks like a card, a key or a national number.
func redactPatterns(text string, counts *Counts) string {
	for _, p := range patterns() {
		places := p.looks.FindAllStringIndex(text, -1)
		if places == nil {
			continue
		}
		var out strings.Builder
		kept := 0
		for _, at := range places {
			begin, end := at[0], at[1]
			if p.part != nil {
				from, to := p.part(text[begin:end])
				begin, end = begin+from, begin+to
			}
			if begin == end || p.is != nil && (amidDigits(text, begin, end) || !p.is(text[begin:end])) {
				continue
			}
			counts[Pattern]++
			out.WriteString(text[kept:begin])
			out.WriteString(Redacted)
			kept = end
		}
		out.WriteString(text[kept:])
		text = out.String()
	}
	return text
}

// amidDigits reports whether a number is a part of a longer one.
func amidDigits(text string, begin, end int) bool {
	isDigit := func(i int) bool { return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' }
	part := func(i, next int) bool {
		return isDigit(i) || i >= 0 && i < len(text) && (text[i] == '-' || text[i] == '.') && isDigit(next)
	}
	return part(begin-1, begin-2) || part(end, end+1)
}

func digits(value string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, value)
}

// cardIn finds a card in a row of groups of digits, which may begin or end with a year or an amount; an empty span if there is none.
func cardIn(row string) (begin, end int) {
	isDigit := func(i int) bool { return i >= 0 && i < len(row) && row[i] >= '0' && row[i] <= '9' }
	for begin := range row {
		if !isDigit(begin) || isDigit(begin-1) {
			continue
		}
		for end := len(row); end > begin; end-- {
			if !isDigit(end) && isDigit(end-1) && isCard(row[begin:end]) {
				return begin, end
			}
		}
	}
	return 0, 0
}

// isCard checks length, issuer and check digit (ISO/IEC 7812-1).
func isCard(value string) bool {
	number := digits(value)
	if len(number) < 13 || len(number) > 19 {
		return false
	}
	if strings.Trim(number, number[:1]) == "" || !strings.ContainsRune("23456", rune(number[0])) {
		return false // one digit over and over passes the check, too
	}
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// isSSN checks what the Social Security Administration never issues.
func isSSN(value string) bool {
	area, group, serial := value[:3], value[4:6], value[7:]
	return area != "000" && area != "666" && area[0] != '9' && group != "00" && serial != "0000"
}

// isAHV checks the check digit of EAN-13.
func isAHV(value string) bool {
	number := digits(value)
	sum := 0
	for i := range 12 {
		d := int(number[i] - '0')
		if i%2 == 1 {
			d *= 3
		}
		sum += d
	}
	return (10-sum%10)%10 == int(number[12]-'0')
}

// isAccount checks the check digits of an IBAN (ISO 13616, ISO 7064 MOD 97-10).
func isAccount(value string) bool {
	number := strings.ReplaceAll(value, " ", "")
	if len(number) < 15 || len(number) > 34 {
		return false
	}
	var decimal strings.Builder
	for _, r := range number[4:] + number[:4] {
		switch {
		case r >= '0' && r <= '9':
			decimal.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			value := r - 'A' + 10
			decimal.WriteRune('0' + value/10)
			decimal.WriteRune('0' + value%10)
		}
	}
	n, ok := new(big.Int).SetString(decimal.String(), 10)
	return ok && new(big.Int).Mod(n, big.NewInt(97)).Int64() == 1
}
