// Package mysql decodes the MySQL client/server protocol as MySQL, MariaDB
// and what imitates them speak it, from any point of view: whole, joined
// midstream, with holes, cut by a snap length or seen in one direction only.
//
// Comes in: the two directions of one connection, as a stream.Handler gets
// them. Goes out: a record.MySQL for each command of the client, when its
// answer is complete or cannot become complete any more, and a record.Login
// for each authentication. It never interprets SQL, knows no OpenStack, does
// no I/O, and claims no command and no answer that the bytes do not prove.
//
// The protocol is described in the MySQL Internals manual
// (https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html) and
// in MariaDB's (https://mariadb.com/kb/en/clientserver-protocol/).
//
// The two directions are two half-machines. The client half (client.go) reads
// login, authentication and commands; the server half (server.go, answer.go,
// resultset.go) reads greetings and answers, and what an answer means depends
// on the command at the head of the queue that lies between them.
package mysql
