package report

import (
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// column is a column of a table.
type column struct {
	name  string
	right bool // numbers
}

// table lays rows out. Framed is the form of OpenStack's own client: ASCII
// lines around everything; else columns stand apart by spaces alone.
func table(header []column, rows [][]string, framed bool) []string {
	var b strings.Builder
	rendition := tw.Rendition{
		Borders: tw.BorderNone, Symbols: tw.NewSymbolCustom("none"),
		Settings: tw.Settings{Lines: tw.LinesNone, Separators: tw.SeparatorsNone},
	}
	padding := tw.Padding{Left: "", Right: "  ", Overwrite: true}
	if framed {
		rendition = tw.Rendition{Borders: tw.Border{Left: tw.On, Right: tw.On, Top: tw.On, Bottom: tw.On}, Symbols: tw.NewSymbols(tw.StyleASCII)}
		padding = tw.Padding{Left: " ", Right: " ", Overwrite: true}
	}
	names, align := make([]string, len(header)), make([]tw.Align, len(header))
	for i, c := range header {
		names[i], align[i] = c.name, tw.AlignLeft
		if c.right {
			align[i] = tw.AlignRight
		}
	}
	cell := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft, PerColumn: align},
		Padding:    tw.CellPadding{Global: padding},
	}
	t := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(renderer.NewBlueprint(rendition)),
		tablewriter.WithConfig(tablewriter.Config{Header: cell, Row: cell, Behavior: tw.Behavior{TrimSpace: tw.Off, TrimLine: tw.Off}}),
		// The width of a character must not depend on the locale.
		tablewriter.WithEastAsian(tw.Off),
	)
	t.Header(names)
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, text := range row {
			safe[i] = Safe(text)
		}
		if err := t.Append(safe); err != nil {
			return []string{err.Error()}
		}
	}
	if err := t.Render(); err != nil {
		return []string{err.Error()}
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}
