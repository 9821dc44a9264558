"""The guard in a James as it comes, by the five steps of README.md, first observing, then enforcing."""
import glob
import imaplib
import os
import re
import shlex
import shutil
import stat

from servers import PROJECT, James, read, run, wait_until, write
from talk import expect, reference, squeezed

GUARDED = "smtpserver-authenticated"
CAROL = "carol@localhost"
MESSAGE = "Subject: a day\r\n\r\nIt arrives.\r\n."


def spend(day):
    home = day.directory("install")
    james = James(home, day.processes, day.ports)
    password, of_carol = day.secret(), day.secret()
    try:
        with day.report.step("the five steps of the README, in a James as it comes"):
            as_it_comes(james, day.ports)
            by_the_readme(james, password)
        with day.report.step("check says that nothing is wrong"):
            expect("Nothing is wrong" in james.guard("check", "conf/smtpserver.xml"), "Nothing is wrong")
        with day.report.step("James starts, observing"):
            james.start()
            james.web.request("/users/" + CAROL, method="PUT", body={"password": of_carol})
        with day.report.step("observe: James answers, and log, page, JSON and metrics have what would be refused"):
            session = nested(james, password, "503 5.5.0")
            events_agree(james, session, "observed", "observed SEQ-MAIL-NESTED would refuse MAIL")
        james.stop()
        with day.report.step("James starts, enforcing"):
            james.edit("conf/smtpserver.xml", "<mode>observe</mode>", "<mode>enforce</mode>")
            james.start()
            james.web.request("/users/" + CAROL, method="PUT", body={"password": of_carol})
        with day.report.step("enforce: the guard refuses, and log, page, JSON and metrics have it"):
            session = nested(james, password, "503-5.5.1")
            events_agree(james, session, "refused", "503 SEQ-MAIL-NESTED refused MAIL")
        with day.report.step("a message is delivered"):
            deliver(james, password, of_carol)
        with day.report.step("the line of the port in the log is what the README shows"):
            expect(re.search(r"SMTP Guard [\d.]+: port 127\.0\.0\.1:%d enforce, no TLS, AUTH PLAIN LOGIN, backends apps \(file, 1 user\)"
                             % james.smtp_ports[GUARDED], james.log()), james.log())
    finally:
        james.stop()


def as_it_comes(james, ports):
    james.configure("integration-tests/conf", "integration-tests/docker/conf")
    text = james.read("conf/smtpserver.xml")
    james.write("conf/smtpserver.xml", re.sub(r"<bind>0\.0\.0\.0:\d+", lambda _: "<bind>127.0.0.1:%d" % ports.free(), text))


def jar():
    found, = (name for name in glob.glob(PROJECT + "/target/james-smtp-guard-*.jar") if not name.endswith(
        ("-fixtures.jar", "-sources.jar", "-javadoc.jar")))
    return found


def jar_and_script(james):
    os.makedirs(james.path("extensions-jars"))
    os.makedirs(james.path("bin"))
    shutil.copy(jar(), james.path("extensions-jars"))
    shutil.copy(PROJECT + "/bin/guard", james.path("bin"))


def chain():
    found, = re.findall(r"(?s)```xml\n(<handlerchain .*?</handlerchain>)\n```", read(PROJECT + "/README.md"))
    return found


def by_the_readme(james, password):
    readme = read(PROJECT + "/README.md")
    jar_and_script(james)
    module, = re.findall(r"(?m)^ {4}(guice\.extension\.module=\S+)$", readme)
    james.write("conf/extensions.properties", module + "\n")
    before, after = james.read("conf/smtpserver.xml").split("<jmxName>%s</jmxName>" % GUARDED)
    james.write("conf/smtpserver.xml", before + "<jmxName>%s</jmxName>" % GUARDED
                + re.sub(r"(?s)<handlerchain>.*?</handlerchain>", lambda _: chain(), after))
    add_user(james, password)
    optional_parts(james)


def add_user(james, password):
    """By the README's htpasswd, which gets the password from here and not from the terminal; where there is none, by bin/guard hash."""
    command, file = re.findall(r"(?m)^ {4}(htpasswd .*) >> (conf/\S+)$", read(PROJECT + "/README.md"))[0]
    if shutil.which("htpasswd"):
        line = run(shlex.split(command.replace("htpasswd -", "htpasswd -i")), password + "\n").strip()
    else:
        line = james.guard("hash", "--user", shlex.split(command)[-1], words=password + "\n").strip().split("\n")[-1]
    james.write(file, line + "\n")
    os.chmod(james.path(file), stat.S_IRUSR | stat.S_IWUSR)


def optional_parts(james):
    """Those of docs/install.md, and the metrics of docs/monitoring.md."""
    page = read(PROJECT + "/docs/install.md")
    routes, = re.findall(r"`(extensions\.routes=\S+)` in `conf/webadmin\.properties`", page)
    check, = re.findall(r"`(additional\.healthchecks=\S+)` in `conf/healthcheck\.properties`", page)
    metrics, = re.findall(r"(?m)^ {4}extensions\.routes=(\S+)$", read(PROJECT + "/docs/monitoring.md"))
    james.write("conf/webadmin.properties", james.read("conf/webadmin.properties") + routes + "," + metrics + "\n")
    write(james.path("conf/healthcheck.properties"), check + "\n")


def nested(james, password, code):
    """A MAIL inside a transaction. Returns the session."""
    with james.smtp(GUARDED) as smtp:
        expect(re.search(r"(?m)^250.AUTH PLAIN LOGIN$", smtp.say("EHLO client.example", "250")), smtp.reply)
        expect(smtp.log_in("alice@example.org", password).startswith("235"), smtp.reply)
        smtp.say("MAIL FROM:<alice@example.org>", "250")
        smtp.say("MAIL FROM:<alice@example.org>", code)
    sessions = james.web.json("/smtp-guard/sessions?rule=SEQ-MAIL-NESTED")["sessions"]
    expect(len(sessions) == 1, sessions)
    if code.endswith("5.5.1"):
        expect(reference(smtp.reply) == sessions[0]["reference"], sessions)
    return sessions[0]["reference"]


def events_agree(james, session, event, line):
    wait_until(lambda: line + " client=127.0.0.1 session=" + session in james.log(), "the log has " + line, seconds=10)
    counted = james.web.json("/smtp-guard/violations")["violations"]
    expect([(count["rule"], count[event]) for count in counted if count.get(event)] == [("SEQ-MAIL-NESTED", 1)], counted)
    overview = james.web.json("/smtp-guard")
    expect(overview[event] == 1, overview)
    metrics = james.web.metrics()
    expect(metrics["smtpGuard_%s_SEQ_MAIL_NESTED_total" % event] == 1, metrics)
    accepted = "smtpGuard_auth_PLAIN_by_apps_accepted_total"
    expect(metrics[accepted] == 1, metrics)
    text = james.web.page("/smtp-guard/sessions/" + session).text
    expect("SEQ-MAIL-NESTED" in text and squeezed("alice@example.org: accepted by apps") in text, text)
    expect(session in james.web.page("/smtp-guard").text, "The overview has no " + session)


def deliver(james, password, of_carol):
    with james.smtp(GUARDED) as smtp:
        smtp.say("EHLO client.example", "250")
        smtp.log_in("alice@example.org", password)
        smtp.say("MAIL FROM:<alice@example.org>", "250")
        smtp.say("RCPT TO:<%s>" % CAROL, "250")
        smtp.say("DATA", "354")
        smtp.say(MESSAGE, "250")
    with imaplib.IMAP4("127.0.0.1", james.imap) as imap:
        imap.login(CAROL, of_carol)
        wait_until(lambda: imap.select()[1][0] == b"1", "the message is in the mailbox", seconds=30)
        message = imap.fetch("1", "(RFC822)")[1][0][1].decode()
        expect("It arrives." in message, message)
