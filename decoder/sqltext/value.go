package sqltext

// Kind is the kind of a Value.
type Kind uint8

// The kinds of values.
const (
	Expression Kind = iota // anything that is computed: NOW(), a column, a subquery
	Null                   // NULL
	Number                 // a number, as it is written, with its sign
	String                 // a string, decoded
	Bool                   // TRUE or FALSE; Text is "1" or "0"
	Bytes                  // x'…', 0x…, b'…', 0b…; Text holds the bytes
	Param                  // the ? of a prepared statement
	Default                // DEFAULT
)

var kindNames = [...]string{"expression", "null", "number", "string", "bool", "bytes", "param", "default"}

// String gives the kind's name in small letters.
func (k Kind) String() string { return kindNames[k] }

// Value is what a statement writes or compares with. Text is a part of the
// statement's text wherever nothing had to be decoded: who keeps it keeps the
// whole text alive.
type Value struct {
	Kind Kind
	Text string
}

// Literal tells whether the value stands in the statement, so that Text means
// something (or it is NULL).
func (v Value) Literal() bool {
	return v.Kind != Expression && v.Kind != Param && v.Kind != Default
}

// Column is a column's name. Table is the table's own name, not its alias; it
// is empty where the statement leaves open whose the column is. Of a derived
// table it is the alias.
type Column struct {
	Table string
	Name  string
}

// Table is a table that a statement names. Database is empty where the
// statement relies on the connection's default.
type Table struct {
	Database string
	Name     string
	Written  bool // rows of it are inserted, updated, deleted or replaced, or it is itself changed
}

// Op is a comparison.
type Op string

// The comparisons. Between is told as GreaterEqual and LessEqual.
const (
	Equal        Op = "="
	NotEqual     Op = "!="
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
	In           Op = "IN"
	NotIn        Op = "NOT IN"
	Like         Op = "LIKE"
	NotLike      Op = "NOT LIKE"
	IsNull       Op = "IS NULL"
	IsNotNull    Op = "IS NOT NULL"
)

// Control is what a statement does to transactions.
type Control uint8

// The statements of transaction control (MySQL manual, Transactional and
// Locking Statements).
const (
	ControlNone Control = iota
	Begin
	Commit
	Rollback
	RollbackTo // to a savepoint: the transaction goes on
	Savepoint
	ReleaseSavepoint
	AutocommitOn
	AutocommitOff
	XAStart
	XAEnd
	XAPrepare
	XACommit
	XARollback
)

// Reason says why a statement is unparsed; empty where it is parsed.
type Reason string

// The reasons.
const (
	ReasonNotAsked Reason = "not asked" // it names no table that is asked for
	ReasonLength   Reason = "length"
	ReasonNesting  Reason = "nesting"
	ReasonTokens   Reason = "tokens"
	ReasonBytes    Reason = "bytes"  // control bytes or invalid UTF-8 outside of literals
	ReasonCut      Reason = "cut"    // a string, a quoted name or a comment has no end
	ReasonSyntax   Reason = "syntax" // the parser does not know it
	ReasonPanic    Reason = "panic"  // the parser failed
	ReasonKind     Reason = "kind"   // of this verb nothing but the tables is told
)
