// Sends by Go's net/smtp: several messages on one connection.
package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/smtp"
	"os"
	"strconv"
	"strings"
)

const messagesPerConnection = 10

// login is LOGIN, which net/smtp leaves to its users.
type login struct{ user, password string }

func (l login) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

func (l login) Next(challenge []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	switch strings.ToLower(string(challenge)) {
	case "username:":
		return []byte(l.user), nil
	case "password:":
		return []byte(l.password), nil
	}
	return nil, errors.New("unexpected challenge")
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func connect(variant string) *smtp.Client {
	host := os.Getenv("SMTP_HOST")
	address := net.JoinHostPort(host, os.Getenv("SMTP_PORT"))
	config := &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"}
	var connection net.Conn
	var err error
	if strings.HasPrefix(variant, "tls") {
		connection, err = tls.Dial("tcp", address, config)
	} else {
		connection, err = net.Dial("tcp", address)
	}
	check(err)
	client, err := smtp.NewClient(connection, host)
	check(err)
	check(client.Hello("client.example"))
	if strings.HasPrefix(variant, "starttls") {
		check(client.StartTLS(config))
	}
	user, password := os.Getenv("SMTP_USER"), os.Getenv("SMTP_PASSWORD")
	if strings.HasSuffix(variant, "auth-login") {
		check(client.Auth(login{user, password}))
	} else if strings.HasSuffix(variant, "auth-plain") {
		check(client.Auth(smtp.PlainAuth("", user, password, host)))
	}
	return client
}

func send(client *smtp.Client, i int) {
	from, to := os.Getenv("MAIL_FROM"), os.Getenv("MAIL_TO")
	check(client.Mail(from))
	check(client.Rcpt(to))
	data, err := client.Data()
	check(err)
	_, err = fmt.Fprintf(data, "From: %s\r\nTo: %s\r\nSubject: %s %d\r\n\r\nbody %d\r\n", from, to, os.Getenv("SUBJECT"), i, i)
	check(err)
	check(data.Close())
}

func main() {
	log.SetFlags(0)
	count, err := strconv.Atoi(os.Getenv("COUNT"))
	check(err)
	for first := 1; first <= count; first += messagesPerConnection {
		client := connect(os.Args[1])
		for i := first; i < first+messagesPerConnection && i <= count; i++ {
			send(client, i)
		}
		check(client.Quit())
	}
}
