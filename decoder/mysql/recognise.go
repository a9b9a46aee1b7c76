package mysql

// judgeGreeting tells whether b begins with a greeting of protocol 10: a
// version number in digits, then text up to a NUL.
func judgeGreeting(b []byte) verdict {
	const least = 4 + 1 + 8 // header, protocol, "5.5.5-10"
	if n := uint24(b); b[3] != 0 || b[4] != 10 || n < 30 || n > 4<<10 {
		return denied
	}
	if len(b) < least {
		return undecided
	}
	digits, dots := 0, 0
	for _, x := range b[5:least] {
		switch {
		case x == 0:
			return grant(digits > 0 && dots > 0)
		case x >= '0' && x <= '9':
			digits++
		case x == '.':
			dots++
		case x < 0x20 || x > 0x7e:
			return denied
		}
	}
	return grant(digits > 0 && dots > 0 && b[5] >= '0' && b[5] <= '9')
}

// LooksLikeGreeting tells whether the first bytes of a server are a MySQL
// greeting of protocol 10. It needs 13 bytes.
func LooksLikeGreeting(b []byte) bool { return len(b) >= 5 && judgeGreeting(b) == granted }

// LooksLikeCommand tells whether a segment of a client is a whole COM_QUERY or
// COM_STMT_PREPARE and nothing else: enough to know a connection joined
// midstream on a port that says nothing.
func LooksLikeCommand(b []byte) bool {
	return len(b) > 16 && b[3] == 0 && (b[4] == comQuery || b[4] == comPrepare) && len(b) == 4+uint24(b) &&
		startsWithVerb(b[5:])
}

// startsWithVerb tells whether text begins with one of the words that begin
// most statements.
func startsWithVerb(b []byte) bool {
	if len(b) > 2 && b[0] == 0 && b[1] == 1 {
		b = b[2:]
	}
	var word [8]byte
	for i := range min(len(b), len(word)) {
		word[i] = b[i] &^ 0x20
	}
	for _, verb := range []string{"SELECT", "INSERT", "UPDATE", "DELETE", "SET", "SHOW", "BEGIN", "COMMIT", "ROLLBACK", "START", "REPLACE", "USE", "CALL", "WITH", "CREATE", "ALTER", "DROP"} {
		if string(word[:min(len(verb), len(word))]) == verb {
			return true
		}
	}
	return false
}
