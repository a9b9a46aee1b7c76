package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// Curl writes HTTP requests as curl commands for a POSIX shell, each below a
// comment that says where it was seen and what was answered. Secrets that were
// replaced become variables: a token $OS_TOKEN, passwords $OS_PASSWORD,
// $OS_PASSWORD_2 and so on; a body that is not whole in the capture becomes a
// file. Nothing of a stranger is left to the shell or to curl's own notation.
type Curl struct {
	w   io.Writer
	err error
	// decrypted are streams of which the TLS was decrypted, at most
	// mostDecrypted.
	decrypted map[int]bool
}

const (
	mostDecrypted = 64 << 10
	// longestArgument is the length of a body that is given on the command
	// line; Linux takes 128 KiB an argument (execve(2), MAX_ARG_STRLEN).
	longestArgument = 64 << 10
)

// NewCurl makes a writer of curl commands, of records that show secrets or do
// not.
func NewCurl(w io.Writer, showsSecrets bool) *Curl {
	c := &Curl{w: w, decrypted: make(map[int]bool)}
	if showsSecrets {
		_, c.err = io.WriteString(w, "# "+secretsShown+"\n\n")
	}
	return c
}

// Err gives the first error of writing.
func (c *Curl) Err() error { return c.err }

// Write writes the request of an HTTP exchange; other records are not written,
// but TLS handshakes tell which requests were sent over TLS.
func (c *Curl) Write(r record.Record) {
	switch r := r.(type) {
	case *record.TLS:
		if r.Decrypted && len(c.decrypted) < mostDecrypted {
			c.decrypted[r.Stream] = true
		}
	case *record.HTTP:
		if r.Request != nil && c.err == nil {
			_, c.err = io.WriteString(c.w, c.command(r))
		}
	}
}

// command gives the lines of one request.
func (c *Curl) command(r *record.HTTP) string {
	q := r.Request
	k := curlCommand{record: r}
	k.comment(curlTitle(r))
	plainHost := hostPattern.MatchString(record.Get(q.Headers, "Host"))
	base := "http://"
	if c.decrypted[r.Stream] {
		base = "https://"
	}
	if plainHost {
		base += record.Get(q.Headers, "Host")
	} else {
		base += r.Server
	}
	k.method(q)
	k.headers(q, plainHost)
	k.body(q)
	k.target(base, q.Target)
	var b strings.Builder
	for _, line := range k.comments {
		b.WriteString("# " + line + "\n")
	}
	b.WriteString("curl " + strings.Join(k.words, " \\\n  ") + "\n\n")
	return b.String()
}

var (
	hostPattern   = regexp.MustCompile(`^(?:[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$`)
	targetPattern = regexp.MustCompile(`^/(?:[A-Za-z0-9._~:/?\[\]@!$&'()*+,;={}-]|%[0-9A-Fa-f]{2}|‹[^›]*›)*$`)
	tokenPattern  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$") // RFC 9110 §5.6.2
)

// curlTitle says where a request was seen and what was answered.
func curlTitle(r *record.HTTP) string {
	q := r.Request
	last, answer := q.LastFrame, "no answer"
	if p := r.Response; p != nil {
		last = max(last, p.LastFrame)
		answer = strings.TrimSpace(fmt.Sprintf("%d %s", p.Status, p.Reason))
	}
	return fmt.Sprintf("%s  %s  %s → %s  stream %d, frames %s  %s", r.ID, q.Time, r.Client, r.Server, r.Stream, frames(q.FirstFrame, last), answer)
}

// curlCommand is one command being made.
type curlCommand struct {
	record   *record.HTTP
	comments []string
	words    []string
}

func (k *curlCommand) comment(text string) { k.comments = append(k.comments, Safe(text)) }
func (k *curlCommand) add(words ...string) { k.words = append(k.words, strings.Join(words, " ")) }

func (k *curlCommand) method(q *record.HTTPRequest) {
	switch {
	case q.Method == "HEAD":
		k.add("--head")
	case q.Method == "GET" && q.Body == nil:
	default:
		k.add("--request", shellWord(q.Method))
	}
}

// headers adds the fields of the request, but those that curl makes itself.
func (k *curlCommand) headers(q *record.HTTPRequest, plainHost bool) {
	for _, h := range q.Headers {
		switch strings.ToLower(h[0]) {
		case "content-length", "connection", "transfer-encoding", "expect", "content-encoding":
			continue
		case "accept-encoding":
			k.add("--compressed")
			continue
		case "host":
			if plainHost {
				continue
			}
		}
		// curl reads `@name` as a file, and a field that is not one line as
		// several.
		if !tokenPattern.MatchString(h[0]) || strings.ContainsAny(h[1], "\x00\r\n") {
			k.comment("left out, for it is no field that can be sent: " + shorten(Safe(h[0]+": "+h[1]), 200))
			continue
		}
		if h[1] == "" {
			k.add("--header", shellWord(h[0]+";"))
			continue
		}
		k.add("--header", shellWord(h[0]+": "+h[1]))
	}
}

// body adds the content, where it is whole.
func (k *curlCommand) body(q *record.HTTPRequest) {
	b := q.Body
	if b == nil || b.Length == 0 {
		return
	}
	marks := k.record.Marks
	whole := b.Text != nil && (b.Length == record.NoCount || record.Count(b.Captured) == b.Length) && len(*b.Text) <= longestArgument && !strings.Contains(*b.Text, "\x00") &&
		!marks.Has(record.MarkTruncatedText) && !marks.Has(record.MarkReplacedText) && !marks.Has(record.MarkDecompressLimit)
	if !whole {
		length := "of unknown length"
		if b.Length != record.NoCount {
			length = "of " + grouped(int64(b.Length)) + " bytes"
		}
		file := k.record.ID + ".body"
		k.comment("the body " + length + " does not stand here: " + file + " is a file of yours")
		k.add("--upload-file", shellWord(file))
		return
	}
	if record.Get(q.Headers, "Content-Type") == "" {
		k.add("--header", "'Content-Type:'")
	}
	k.add("--data-raw", shellWord(*b.Text))
}

// target adds the URL; what is none of a URL's characters is sent as it was.
func (k *curlCommand) target(base, target string) {
	switch {
	case targetPattern.MatchString(target):
		if strings.ContainsAny(masked.ReplaceAllString(target, ""), "[]{}") {
			k.add("--globoff")
		}
		if strings.Contains(target, "/.") {
			k.add("--path-as-is")
		}
		k.add(shellWord(base + target))
	case strings.Contains(target, "\x00"):
		k.comment("the target holds a NUL and is cut before it")
		target, _, _ = strings.Cut(target, "\x00")
		fallthrough
	default:
		k.add("--request-target", shellWord(target))
		k.add(shellWord(base + "/"))
	}
}

// masked are the replacements of secrets (CONTRACT §6).
var masked = regexp.MustCompile(`‹token \{SHA256\}[0-9a-f]{12}›|‹password(?: (?:[0-9]+|\?))?›`)

// variable names the shell variable that stands for a replaced secret.
func variable(mask string) string {
	name, ok := strings.CutPrefix(strings.TrimSuffix(mask, "›"), "‹password")
	switch {
	case !ok:
		return "OS_TOKEN"
	case name == "" || name == " ?":
		return "OS_PASSWORD"
	}
	return "OS_PASSWORD_" + strings.TrimSpace(name)
}

// quotable is text that means itself between double quotes.
var quotable = regexp.MustCompile(`^[A-Za-z0-9 _.,:;/?&=@%+(){}<>|~^#-]*$`)

// shellWord writes text as one word of a POSIX shell, with variables in place of
// replaced secrets.
func shellWord(text string) string {
	marks := masked.FindAllStringIndex(text, -1)
	if marks == nil {
		return shellQuoted(text)
	}
	var open, apart strings.Builder // between one pair of quotes, and piece by piece
	plain, done := true, 0
	for _, at := range append(marks, []int{len(text), len(text)}) {
		literal := text[done:at[0]]
		plain = plain && quotable.MatchString(literal)
		open.WriteString(literal)
		if literal != "" {
			apart.WriteString(shellQuoted(literal))
		}
		if done = at[1]; at[0] < at[1] {
			name := variable(text[at[0]:at[1]])
			open.WriteString("${" + name + "}")
			apart.WriteString(`"$` + name + `"`)
		}
	}
	if plain {
		return `"` + open.String() + `"`
	}
	return apart.String()
}

// shellQuoted quotes text for a POSIX shell. What a terminal could take for a
// command is written as $'…' (POSIX.1-2024, Shell Command Language 2.2.4) with
// octal bytes, which end after three digits; the quote is one of them, so that a
// shell which does not know this form still ends the word where it ends.
func shellQuoted(text string) string {
	for i, r := range text {
		bad := r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd")
		if !bad && (r == '\n' || r == '\t' || unicode.IsPrint(r)) {
			continue
		}
		return dollarQuoted(text)
	}
	return story.Quoted(text)
}

func dollarQuoted(text string) string {
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\'' || r == utf8.RuneError && size == 1 || !unicode.IsPrint(r):
			for _, c := range []byte(text[i : i+size]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteString(text[i : i+size])
		}
		i += size
	}
	return b.String() + "'"
}
