"""Sends by Python's smtplib, as its documentation shows it: several messages on one connection."""
import os
import platform
import smtplib
import ssl
import sys
from email.message import EmailMessage

MESSAGES_PER_CONNECTION = 10


def connect(variant):
    host, port = os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if variant.endswith("external"):
        context.load_cert_chain(os.environ["CLIENT_PEM"])
    if variant.startswith("tls"):
        return smtplib.SMTP_SSL(host, port, context=context)
    client = smtplib.SMTP(host, port)
    if variant.startswith("starttls"):
        client.starttls(context=context)
    return client


def authenticate(client, variant):
    user, password = os.environ["SMTP_USER"], os.environ["SMTP_PASSWORD"]
    if variant.endswith("auth"):
        client.login(user, password)
    elif variant == "tls-auth-external":
        client.ehlo_or_helo_if_needed()
        # Not one of its own: smtplib plays any mechanism that it is given a function for. The certificate has the user's name.
        client.auth("EXTERNAL", lambda challenge=None: "")
    elif variant == "auth-oauthbearer":
        client.ehlo_or_helo_if_needed()
        # The password is the token. A challenge tells why it was refused, and is answered by one octet (RFC 7628, 3.2.3).
        message = "n,a=%s,\1host=%s\1auth=Bearer %s\1\1" % (user, os.environ["SMTP_HOST"], password)
        client.auth("OAUTHBEARER", lambda challenge=None: message if challenge is None else "\1")
    elif variant == "auth-xoauth2":
        client.ehlo_or_helo_if_needed()
        client.auth("XOAUTH2", lambda challenge=None: "user=%s\1auth=Bearer %s\1\1" % (user, password) if challenge is None else "")
    elif variant in ("auth-plain", "auth-login", "auth-cram-md5"):
        client.ehlo_or_helo_if_needed()
        client.user, client.password = user, password
        if variant == "auth-plain":
            client.auth("PLAIN", client.auth_plain)
        elif variant == "auth-cram-md5":
            client.auth("CRAM-MD5", client.auth_cram_md5)
        else:
            # Without an initial response: user name and password are asked for, one after the other.
            client.auth("LOGIN", client.auth_login, initial_response_ok=False)


def message(i):
    mail = EmailMessage()
    mail["From"], mail["To"] = os.environ["MAIL_FROM"], os.environ["MAIL_TO"]
    mail["Subject"] = "%s %d" % (os.environ["SUBJECT"], i)
    mail.set_content("body %d\n" % i)
    return mail


def main(variant):
    if variant == "version":
        print("Python", platform.python_version(), "smtplib")
        return
    numbers = list(range(1, int(os.environ["COUNT"]) + 1))
    for first in range(0, len(numbers), MESSAGES_PER_CONNECTION):
        with connect(variant) as client:
            authenticate(client, variant)
            for i in numbers[first:first + MESSAGES_PER_CONNECTION]:
                client.send_message(message(i))


main(sys.argv[1])
