// Package filter reads capture filters as libpcap does.
//
// Comes in: the text of a filter. Goes out: how libpcap groups it, and what was
// probably meant. The package applies no filter and checks no syntax.
package filter

import "strings"

// Grouped tells how libpcap reads a filter that mixes `and` and `or` on
// one level: both bind equally, from the left (pcap-filter(7)). Meant is what
// somebody wants who writes `host A and port 1 or port 2`: the first condition
// with any of the others; "" where the filter has another form.
func Grouped(filter string) (read, meant string, mixed bool) {
	terms, operators := level(filter)
	hasAnd, hasOr := false, false
	for _, o := range operators {
		hasAnd, hasOr = hasAnd || o == "and", hasOr || o == "or"
	}
	if !hasAnd || !hasOr {
		return "", "", false
	}
	// From the left, with parentheses where the operator changes.
	read = terms[0]
	for i, o := range operators {
		if i > 0 && o != operators[i-1] {
			read = "(" + read + ")"
		}
		read += " " + o + " " + terms[i+1]
	}
	// `X and a or b or c`: the usual slip.
	last := len(operators) - 1
	for last >= 0 && operators[last] == "or" {
		last--
	}
	if first := last; first >= 0 && first < len(operators)-1 && !contains(operators[:first], "or") {
		meant = strings.Join(terms[:first+1], " and ") + " and (" + strings.Join(terms[first+1:], " or ") + ")"
	}
	return read, meant, true
}

func contains(list []string, x string) bool {
	for _, y := range list {
		if y == x {
			return true
		}
	}
	return false
}

// level takes a filter apart at the `and`s and `or`s outside of parentheses.
func level(filter string) (terms, operators []string) {
	filter = strings.NewReplacer("(", " ( ", ")", " ) ", "&&", " and ", "||", " or ").Replace(filter)
	var term []string
	depth := 0
	for _, word := range strings.Fields(filter) {
		switch {
		case word == "(":
			depth++
		case word == ")":
			depth--
		case depth == 0 && (word == "and" || word == "or") && len(term) > 0:
			terms, operators, term = append(terms, joined(term)), append(operators, word), nil
			continue
		}
		term = append(term, word)
	}
	return append(terms, joined(term)), operators
}

// joined puts words together again.
func joined(words []string) string {
	return strings.NewReplacer("( ", "(", " )", ")").Replace(strings.Join(words, " "))
}
