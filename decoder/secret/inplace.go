package secret

import "strings"

// InPlace replaces secrets by pseudonyms of the same length, in the bytes as
// they stand on the wire. All its methods give a text as long as the one that
// they are given. It is not safe for concurrent use.
type InPlace struct {
	r *Redactor
	// classes are those of the parameters of statement, which was last asked
	// about.
	statement string
	classes   map[int]class
}

// NewInPlace makes pseudonyms with a key. met, where it is set, is called with
// each secret that is recognised, every time. It keeps the secrets of a run,
// which is why nothing but the redaction of captures may use it.
func NewInPlace(key []byte, met func(Met)) *InPlace {
	r := NewRedactor()
	r.inPlace = &pseudonyms{key: key, given: make(map[[2]string]string), taken: make(map[string]bool), met: met}
	return &InPlace{r: r}
}

// Taken tells whether a text is one of the pseudonyms that were given.
func (p *InPlace) Taken(s string) bool { return p.r.inPlace.taken[unpadded(s)] }

// Secret gives the pseudonym of what is known to be a secret.
func (p *InPlace) Secret(value, raw string) string { return p.r.pseudonym(isPassword, value, raw) }

// Torn gives the pseudonym of what may be a piece of a secret: it is one in this
// place only.
func (p *InPlace) Torn(s string) string { return p.r.pseudonym(isUser, s, s) }

// Auth replaces authentication data: all of it, but for zeros at its end.
func (p *InPlace) Auth(s string) string {
	data := strings.TrimRight(s, "\x00")
	return p.r.pseudonym(isPassword, data, data) + s[len(data):]
}

// Head replaces the secrets in a head of HTTP, from its start line on.
func (p *InPlace) Head(s string) string {
	var out strings.Builder
	name, first := "", true
	for len(s) > 0 {
		end := strings.IndexByte(s, '\n') + 1
		if end == 0 {
			end = len(s)
		}
		line := strings.TrimRight(s[:end], "\r\n")
		ending := s[len(line):end]
		s = s[end:]
		switch {
		case first:
			line = p.startLine(line)
		case line != "" && (line[0] == ' ' || line[0] == '\t') && name != "": // a folded line
			line = p.value(name, line)
		default:
			line, name = p.field(line)
		}
		first = false
		out.WriteString(line)
		out.WriteString(ending)
	}
	return out.String()
}

// Field replaces the secrets in a line that is a field.
func (p *InPlace) Field(line string) string {
	line, _ = p.field(line)
	return line
}

func (p *InPlace) startLine(line string) string {
	from := strings.IndexByte(line, ' ') + 1
	to := strings.LastIndexByte(line, ' ')
	if to <= from {
		to = len(line)
	}
	return line[:from] + p.r.Target(line[from:to]) + line[to:]
}

func (p *InPlace) field(line string) (masked, name string) {
	colon := strings.IndexByte(line, ':')
	if colon < 0 {
		return p.r.Text(line), ""
	}
	name = strings.TrimRight(line[:colon], " \t")
	return line[:colon+1] + p.value(name, line[colon+1:]), name
}

// value replaces what is secret in a field's value, blanks around it aside.
func (p *InPlace) value(name, s string) string {
	inner := strings.Trim(s, " \t\r\n")
	if inner == "" {
		return s
	}
	at := strings.Index(s, inner)
	return s[:at] + p.r.header(name, inner) + s[at+len(inner):]
}

// Body replaces the secrets in the text of a body.
func (p *InPlace) Body(s string) string { return p.r.Body(s) }

// SQL replaces the secrets in a statement.
func (p *InPlace) SQL(s string) string { return p.r.SQL(s) }

// Column replaces a value of a column that is secret by its name, or what is
// secret in it.
func (p *InPlace) Column(name, s string) string {
	if c := classOf(name); c != harmless {
		return p.r.mask(c, s)
	}
	return p.r.column(s)
}

// Param replaces the value of the nth parameter of a statement.
func (p *InPlace) Param(statement string, n int, s string) string {
	if statement != p.statement {
		p.statement, p.classes = statement, parameterClasses(statement)
	}
	if c := p.classes[n]; c != harmless {
		return p.r.mask(c, s)
	}
	return p.r.column(s)
}

// Message replaces the secrets in a server's words.
func (p *InPlace) Message(s string) string { return p.r.message(s) }

// Anything replaces what can be recognised where nothing is known of what the
// bytes are: tokens, user information of URLs, values behind secret names.
func (p *InPlace) Anything(s string) string {
	s = p.r.Text(s)
	b := []byte(s)
	p.r.blotOut(b)
	return string(b)
}
