package report

import "strings"

// unit is styled text that is not broken over lines. Spaces at its beginning
// stand between it and the one before, and are left out where it begins a line.
type unit []piece

// unitsOf makes a unit of each word.
func unitsOf(text string, how style) []unit {
	var units []unit
	for text = Safe(text); text != ""; {
		word := len(text) - len(strings.TrimLeft(text, " "))
		end := strings.IndexByte(text[word:], ' ')
		if end < 0 {
			end = len(text) - word
		}
		units = append(units, unit{{text[:word+end], how}})
		text = text[word+end:]
	}
	return units
}

// columns counts the columns of a unit.
func (u unit) columns() int {
	n := 0
	for _, x := range u {
		n += columns(Safe(x.text))
	}
	return n
}

// beginning gives a unit as it stands at the beginning of a line.
func (u unit) beginning() unit {
	for n, x := range u {
		if x.text = strings.TrimLeft(x.text, " "); x.text != "" {
			return append(unit{x}, u[n+1:]...)
		}
	}
	return nil
}

// flow writes units behind an indent, over as many lines as it takes, the
// further ones behind another indent. A unit that is wider than the page stands
// alone.
func (p *page) flow(indent, hang string, units ...unit) {
	line, wide, begun := []piece{{indent, plain}}, columns(indent), false
	for _, u := range units {
		if !begun {
			u = u.beginning()
		}
		if begun && wide+u.columns() > p.width {
			p.pieces(line...)
			line, wide, u = []piece{{hang, plain}}, columns(hang), u.beginning()
		}
		wide, begun = wide+u.columns(), true
		for _, x := range u {
			if last := &line[len(line)-1]; last.style == x.style {
				last.text += x.text
			} else {
				line = append(line, x)
			}
		}
	}
	if begun {
		p.pieces(line...)
	}
}

// books writes the line that closes the books; off a terminal it stays one line,
// which scripts look for.
func (p *page) books(line string) {
	units := unitsOf(line, faint)
	if !p.terminal {
		units = []unit{{{line, faint}}}
	}
	p.flow("", "  ", units...)
}
