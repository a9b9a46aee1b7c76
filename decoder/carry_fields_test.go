package decoder_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
)

// carriedType is a struct of a state machine, the functions that carry it, and
// the fields that they leave out, with the reason.
type carriedType struct {
	folder, name string
	by           []string
	left         map[string]string
}

// source is the parsed source of a package, without its tests.
type source struct {
	structs   map[string]*ast.StructType
	functions map[string][]*ast.FuncDecl // by their names
}

// sourceOf parses a package.
func sourceOf(t *testing.T, folder string) source {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), folder, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := source{make(map[string]*ast.StructType), make(map[string][]*ast.FuncDecl)}
	for _, p := range packages {
		for _, f := range p.Files {
			for _, d := range f.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					s.functions[functionName(d)] = append(s.functions[functionName(d)], d)
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						if x, ok := spec.(*ast.TypeSpec); ok {
							if st, ok := x.Type.(*ast.StructType); ok {
								s.structs[x.Name.Name] = st
							}
						}
					}
				}
			}
		}
	}
	return s
}

// functionName is a function's name, behind its receiver's: half.carry.
func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	return of.(*ast.Ident).Name + "." + d.Name.Name
}

// fieldsOf lists a struct's fields; an embedded one has its type's name.
func fieldsOf(s *ast.StructType) (list []string) {
	for _, f := range s.Fields.List {
		for _, n := range f.Names {
			list = append(list, n.Name)
		}
		if len(f.Names) == 0 {
			of := f.Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			if selector, ok := of.(*ast.SelectorExpr); ok {
				of = selector.Sel
			}
			list = append(list, of.(*ast.Ident).Name)
		}
	}
	return list
}

// named gives what stands behind a dot in functions.
func (s source) named(t *testing.T, functions []string) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	for _, f := range functions {
		if s.functions[f] == nil {
			t.Errorf("there is no function %s", f)
		}
		for _, d := range s.functions[f] {
			ast.Inspect(d.Body, func(n ast.Node) bool {
				if x, ok := n.(*ast.SelectorExpr); ok {
					names[x.Sel.Name] = true
				}
				return true
			})
		}
	}
	return names
}

// TestEveryFieldOfAStateMachineIsCarriedOrLeftOutForAReason keeps a new field from
// being forgotten in Carry: whoever adds one carries it, or says here why not.
func TestEveryFieldOfAStateMachineIsCarriedOrLeftOutForAReason(t *testing.T) {
	sources := make(map[string]source)
	for _, x := range carriedTypes {
		s, known := sources[x.folder]
		if !known {
			s = sourceOf(t, x.folder)
			sources[x.folder] = s
		}
		if s.structs[x.name] == nil {
			t.Errorf("%s has no struct %s", x.folder, x.name)
			continue
		}
		named, fields := s.named(t, x.by), fieldsOf(s.structs[x.name])
		for _, f := range fields {
			if _, left := x.left[f]; !left && !named[f] {
				t.Errorf("%s: field %s of %s is not carried by %s: carry it, or say in carriedTypes why not", x.folder, f, x.name, strings.Join(x.by, ", "))
			}
		}
		for _, f := range slices.Sorted(maps.Keys(x.left)) {
			if !slices.Contains(fields, f) {
				t.Errorf("%s: %s has no field %s", x.folder, x.name, f)
			}
		}
	}
}

// The reasons that are those of many fields.
const (
	given     = "given anew where the connection is"
	counted   = "counted anew from what is carried"
	placed    = "given anew with the place in a list or tree"
	forParts  = "for Options.Parts, which a run that carries does not have"
	found     = "found anew in the text that is carried"
	momentary = "of the call under way"
)

// carriedTypes are the state machines that a state holds.
var carriedTypes = []carriedType{
	{"stream", "flow", []string{"Assembler.carryFlow"}, map[string]string{"self": placed, "older": placed, "newer": placed}},
	{"stream", "hello", []string{"Assembler.carryFlow"}, nil},
	{"stream", "conn", []string{"Assembler.carryConn"}, map[string]string{"flow": given, "sift": "for Options.Sift, which a run that carries does not have"}},
	{"stream", "Info", []string{"Assembler.carryConn"}, map[string]string{"Frame": forParts, "First": forParts, "Told": forParts}},
	{"stream", "direction", []string{"Assembler.carryDirection"}, map[string]string{"wait": "carryWaiting carries it", "held": counted, "parts": counted, "smooth": "found anew"}},
	{"stream", "pace", []string{"pace.carry"}, nil},
	{"stream", "history", []string{"Assembler.carryHistory"}, nil},
	{"stream", "delivered", []string{"Assembler.carryHistory"}, nil},
	{"stream", "trace", []string{"trace.carry"}, nil},
	{"stream", "piece", []string{"Assembler.carryPiece"}, map[string]string{"more": placed}},
	{"stream", "waiting", []string{"Assembler.carryNode"}, nil},
	{"stream", "queue", []string{"Assembler.carryWaiting"}, nil},
	{"stream", "second", []string{"second.carry"}, nil},
	{"stream", "pair", []string{"Assembler.carryPairs"}, nil},
	{"packet", "datagram", []string{"datagram.carry"}, nil},
	{"packet", "run", []string{"datagram.carry"}, nil},
	{"packet", "piece", []string{"datagram.carry"}, nil},
	{"http1", "Handler", []string{"Handler.Carry"}, map[string]string{"info": given, "common": given, "emit": given, "pairing": "its fields are carried one by one"}},
	{"http1", "pairing", []string{"Handler.Carry"}, nil},
	{"http1", "side", []string{"Handler.Carry", "side.carryState"}, map[string]string{"response": given, "pos": forParts, "cur": momentary, "target": found}},
	{"http1", "message", []string{"Handler.Carry", "message.carry", "side.believe"}, map[string]string{"digest": "for --verify, which cannot be had with a state", "kept": forParts, "rest": forParts}},
	{"http1", "head", []string{"head.carry"}, map[string]string{"name": momentary, "value": momentary}},
	{"http1", "exchange", []string{"exchange.carry"}, nil},
	{"mysql", "Handler", []string{"Handler.Carry", "Handler.carryAnswer", "Handler.carryDoubt", "Handler.carryStatements"}, map[string]string{"info": given, "emit": given, "spare": "memory to be used again"}},
	{"mysql", "half", []string{"half.carry"}, map[string]string{"dir": given, "keep": given, "pos": forParts}},
	{"mysql", "compressed", []string{"half.carry"}, map[string]string{"where": forParts}},
	{"mysql", "framer", []string{"framer.carry"}, map[string]string{"located": forParts, "off": forParts, "sealed": forParts, "where": forParts}},
	{"mysql", "seeker", []string{"seeker.carry"}, nil},
	{"mysql", "login", []string{"login.carry"}, nil},
	{"mysql", "answer", []string{"Handler.carryAnswer"}, nil},
	{"mysql", "doubt", []string{"Handler.carryDoubt"}, nil},
	{"mysql", "command", []string{"Handler.carryCommand"}, map[string]string{"entry": "its fields are carried one by one", "where": forParts, "sealed": forParts}},
	{"mysql", "entry", []string{"Handler.carryCommand"}, map[string]string{"MySQL": "those of its fields that are known before its end are carried one by one", "room": "memory to be used again: what is read back has its own"}},
	{"mysql", "statement", []string{"Handler.carryStatement"}, map[string]string{"places": found, "placed": found, "placedPlain": found}},
	{"mysql", "prepared", []string{"Handler.carryStatements"}, map[string]string{"bytes": counted}},
	{"mysql", "columnSet", []string{"Handler.carryColumns"}, nil},
	{"tls", "Handler", []string{"Handler.Carry"}, map[string]string{"info": given, "o": given, "emit": given}},
	{"tls", "side", []string{"Handler.Carry"}, map[string]string{"pos": forParts}},
	{".", "chooser", []string{"chooser.Carry"}, map[string]string{"run": given, "info": given, "service": given, "foundBy": given}},
	{".", "heldEvent", []string{"chooser.Carry"}, nil},
	{".", "skimmer", []string{"skimmer.carry"}, map[string]string{"to": given}},
	{".", "skipping", []string{"skimmer.carry"}, nil},
	{".", "chain", []string{"run.carry"}, map[string]string{"shift": "follows from frames when the file begins", "fragments": "what handed was when it was read"}},
	{"secret", "Redactor", []string{"Redactor.Carry"}, map[string]string{"found": momentary, "columns": "spares time alone", "prepared": "spares time alone", "places": "spares time alone", "inPlace": "for the redaction of captures"}},
}
