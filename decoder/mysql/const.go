package mysql

import "strconv"

// capability is a set of capability flags
// (https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html).
type capability uint32

const (
	clientMySQL         capability = 1 << 0 // unset by MariaDB servers that have extended flags
	clientConnectWithDB capability = 1 << 3
	clientCompress      capability = 1 << 5
	clientProtocol41    capability = 1 << 9
	clientSSL           capability = 1 << 11
	clientSecureConn    capability = 1 << 15
	clientPluginAuth    capability = 1 << 19
	clientConnectAttrs  capability = 1 << 20
	clientAuthLenenc    capability = 1 << 21
	clientSessionTrack  capability = 1 << 23
	clientDeprecateEOF  capability = 1 << 24
	clientOptionalMeta  capability = 1 << 25
	clientZstd          capability = 1 << 26
	clientQueryAttrs    capability = 1 << 27
	allCapabilities     capability = 1<<32 - 1
)

// mariaCapability is a set of MariaDB's extended capability flags
// (https://mariadb.com/kb/en/connection/#capabilities, from bit 32 on).
type mariaCapability uint32

const (
	mariaExtendedMeta mariaCapability = 1 << 3
	mariaCacheMeta    mariaCapability = 1 << 4
	mariaAll          mariaCapability = 1<<32 - 1
)

// The first bytes of a server's packets
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_response_packets.html).
const (
	headOK         = 0x00
	headMoreData   = 0x01 // AuthMoreData
	headNextFactor = 0x02 // AuthNextFactor
	headInfile     = 0xfb // LOCAL INFILE request; in a row: NULL
	headEOF        = 0xfe // EOF, OK at the end of rows, AuthSwitchRequest
	headERR        = 0xff
)

// maxPayload is the length at which a payload goes on in the next packet
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html).
const maxPayload = 1<<24 - 1

// maxColumns is more than any server sends (4096), and what a lenenc of three
// bytes can say.
const maxColumns = 1<<16 - 1

// progressCode is the error number of MariaDB's progress reports
// (https://mariadb.com/kb/en/err_packet/).
const progressCode = 0xffff

// Status flags that the decoder itself reads (include/mysql_com.h).
const (
	statusMoreResults  = 0x0008
	statusCursorExists = 0x0040
	statusNoBackslash  = 0x0200
	statusStateChanged = 0x4000
)

// Session state change types of an OK packet
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html).
const trackSchema = 1

// The commands that the decoder treats each in its own way
// (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase.html;
// MariaDB: https://mariadb.com/kb/en/2-text-protocol/).
const (
	comSleep       = 0x00
	comQuit        = 0x01
	comInitDB      = 0x02
	comQuery       = 0x03
	comFieldList   = 0x04
	comCreateDB    = 0x05
	comDropDB      = 0x06
	comStatistics  = 0x09
	comPing        = 0x0e
	comChangeUser  = 0x11
	comPrepare     = 0x16
	comExecute     = 0x17
	comLongData    = 0x18
	comClose       = 0x19
	comReset       = 0x1a
	comFetch       = 0x1c
	comResetConn   = 0x1f
	comBulkExecute = 0xfa
)

// answerKind is the family of answers that a command may get.
type answerKind uint8

const (
	answerNone       answerKind = iota // the server says nothing
	answerOK                           // OK, ERR or EOF
	answerResult                       // OK, ERR, LOCAL INFILE or a text result set
	answerBinary                       // the same with binary rows
	answerFields                       // column definitions up to an EOF
	answerStatistics                   // one packet of text
	answerPrepare                      // COM_STMT_PREPARE_OK
	answerFetch                        // binary rows up to an EOF
	answerAuth                         // authentication, as after a login
	answerStream                       // packets without end: replication, clone
)

// commandSpec tells what is known of a command beforehand.
type commandSpec struct {
	name string
	// min and max bound the payload's length, command byte included; max 0
	// means no bound.
	min, max int
	answer   answerKind
}

// commands are the commands by their byte. Lengths: the manual's pages of the
// commands, and sql/sql_parse.cc of both servers for the obsolete ones.
var commands = [256]commandSpec{
	comSleep:       {"COM_SLEEP", 1, 1, answerOK},
	comQuit:        {"COM_QUIT", 1, 1, answerNone},
	comInitDB:      {"COM_INIT_DB", 1, 1024, answerOK},
	comQuery:       {"COM_QUERY", 1, 0, answerResult},
	comFieldList:   {"COM_FIELD_LIST", 2, 2048, answerFields},
	comCreateDB:    {"COM_CREATE_DB", 2, 1024, answerOK},
	comDropDB:      {"COM_DROP_DB", 2, 1024, answerOK},
	0x07:           {"COM_REFRESH", 2, 2, answerOK},
	0x08:           {"COM_SHUTDOWN", 1, 2, answerOK},
	comStatistics:  {"COM_STATISTICS", 1, 1, answerStatistics},
	0x0a:           {"COM_PROCESS_INFO", 1, 1, answerResult},
	0x0b:           {"COM_CONNECT", 1, 1, answerOK},
	0x0c:           {"COM_PROCESS_KILL", 5, 5, answerOK},
	0x0d:           {"COM_DEBUG", 1, 1, answerOK},
	comPing:        {"COM_PING", 1, 1, answerOK},
	0x0f:           {"COM_TIME", 1, 1, answerOK},
	0x10:           {"COM_DELAYED_INSERT", 1, 1, answerOK},
	comChangeUser:  {"COM_CHANGE_USER", 3, 128 << 10, answerAuth},
	0x12:           {"COM_BINLOG_DUMP", 11, 1024, answerStream},
	0x13:           {"COM_TABLE_DUMP", 3, 1024, answerStream},
	0x14:           {"COM_CONNECT_OUT", 1, 1, answerOK},
	0x15:           {"COM_REGISTER_SLAVE", 18, 1024, answerOK},
	comPrepare:     {"COM_STMT_PREPARE", 2, 0, answerPrepare},
	comExecute:     {"COM_STMT_EXECUTE", 10, 0, answerBinary},
	comLongData:    {"COM_STMT_SEND_LONG_DATA", 7, 0, answerNone},
	comClose:       {"COM_STMT_CLOSE", 5, 5, answerNone},
	comReset:       {"COM_STMT_RESET", 5, 5, answerOK},
	0x1b:           {"COM_SET_OPTION", 3, 3, answerOK},
	comFetch:       {"COM_STMT_FETCH", 9, 9, answerFetch},
	0x1d:           {"COM_DAEMON", 1, 1, answerOK},
	0x1e:           {"COM_BINLOG_DUMP_GTID", 17, 0, answerStream},
	comResetConn:   {"COM_RESET_CONNECTION", 1, 1, answerOK},
	0x20:           {"COM_CLONE", 1, 0, answerStream},
	comBulkExecute: {"COM_STMT_BULK_EXECUTE", 7, 0, answerBinary},
	0xfe:           {"COM_MULTI", 4, 0, answerResult},
}

// noCommand is a payload without even a command's byte.
var noCommand = commandSpec{name: "COM_EMPTY", answer: answerOK}

// specOf gives what is known of a command; of an unknown one its byte as name.
func specOf(code byte) *commandSpec {
	if spec := &commands[code]; spec.name != "" {
		return spec
	}
	return &commandSpec{name: "COM_0x" + strconv.FormatUint(uint64(code), 16), min: 1, answer: answerResult}
}

// fieldType is the type of a column or parameter; those that are read as
// strings of bytes have no name here
// (https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html).
type fieldType uint8

const (
	typeDecimal    fieldType = 0
	typeTiny       fieldType = 1
	typeShort      fieldType = 2
	typeLong       fieldType = 3
	typeFloat      fieldType = 4
	typeDouble     fieldType = 5
	typeNull       fieldType = 6
	typeTimestamp  fieldType = 7
	typeLongLong   fieldType = 8
	typeInt24      fieldType = 9
	typeDate       fieldType = 10
	typeTime       fieldType = 11
	typeDateTime   fieldType = 12
	typeYear       fieldType = 13
	typeNewDate    fieldType = 14
	typeBit        fieldType = 16
	typeTimestamp2 fieldType = 17
	typeDateTime2  fieldType = 18
	typeTime2      fieldType = 19
	typeBool       fieldType = 244
	typeNewDecimal fieldType = 246
	typeTinyBlob   fieldType = 249
	typeString     fieldType = 254
)
