"""The demo, as README.md and docs/demo.md have it."""
import os
import re
import shlex
import shutil
import signal

from report import Skipped
from servers import PROJECT, is_free, read, run, wait_until
from talk import Smtp, Web, expect, reference, replay, squeezed

PORTS = (2525, 2587, 2465, 2143, 8000)
# mvn -Pdemo without the build before it: that would compile again what mvn verify has left.
COMMAND = ["mvn", "-B", "-ntp", "-Pdemo", "org.codehaus.mojo:exec-maven-plugin:exec@demo"]


def spend(day):
    taken = [port for port in PORTS if not is_free(port)]
    with day.report.step("the ports of the demo are free"):
        expect(not taken, "In use: %s. Stop what listens there; the demo is run as the README has it." % taken)
    if taken:
        return
    readme, page = read(PROJECT + "/README.md"), read(PROJECT + "/docs/demo.md")
    output = day.directory("demo.log")
    process = day.processes.start(COMMAND, output, cwd=PROJECT)
    try:
        with day.report.step("the demo starts"):
            expect("mvn -Pdemo" in readme, "README.md has the command mvn -Pdemo")
            wait_until(lambda: "Ctrl-C ends it all" in read(output), "the demo starts", process)
            try_it(day, readme, page)
    finally:
        with day.report.step("Ctrl-C ends the demo and its James"):
            # As the terminal does, to Maven and what it has started.
            os.killpg(process.pid, signal.SIGINT)
            wait_until(lambda: process.poll() is not None, "Maven ends", seconds=60)
            wait_until(lambda: all(is_free(port) for port in PORTS), "its ports are free", seconds=60)


def try_it(day, readme, page):
    web = Web(8000)
    with day.report.step("the session of docs/demo.md, line by line"):
        dialogue, = re.findall(r"(?m)(?:^ {4}[CS]:.*\n)+", page)
        with Smtp(2525, is_greeted=False) as smtp:
            session = reference(replay(smtp, dialogue))
    with day.report.step("the message is read with the page's curl"):
        if not shutil.which("curl"):
            raise Skipped("curl is not installed")
        command, = re.findall(r"`(curl --user bob@localhost:[^`]*)`", page)
        # James delivers it after it has answered; curl ends with 78 where there is no message yet.
        wait_until(lambda: "It works." in run(shlex.split(command), codes=(0, 78)), "the message is in the mailbox", seconds=30)
    with day.report.step("its refusal is on the page of the session and in the JSON"):
        address, = re.findall(r"http://127.0.0.1:8000(/smtp-guard/sessions/)4cc927c0", page)
        refusals = [line["refusal"] for line in web.json(address + session)["lines"] if "refusal" in line]
        expect([refusal["id"] for refusal in refusals] == ["SEQ-MAIL-MISSING"], refusals)
        expect(refusals[0]["state"] == "EHLO done, no mail transaction open", refusals)
        text = web.page(address + session).text
        for words in ("SEQ-MAIL-MISSING", refusals[0]["meaning"], refusals[0]["fix"], *refusals[0]["next"]):
            expect(squeezed(words) in text, "The page lacks " + words)
    with day.report.step("the nested MAIL of the README"):
        dialogue, = (found for found in re.findall(r"(?m)(?:^ {4}[CS]:.*\n)+", readme) if "[SEQ-MAIL-NESTED]" in found)
        with Smtp(2525) as smtp:
            smtp.say("EHLO client.example", "250")
            smtp.say("MAIL FROM:<a@localhost>", "250")
            smtp.say("RCPT TO:<carol@localhost>", "250")
            replay(smtp, dialogue)
    with day.report.step("HELP, as docs/demo.md has it"), Smtp(2525) as smtp:
        smtp.say("EHLO client.example", "250")
        for topic in re.findall(r"`(HELP[^`]*)`", page):
            smtp.say(topic, "214")
    with day.report.step("a wrong password and a James password are refused, with the way on"), Smtp(2525) as smtp:
        smtp.say("EHLO client.example", "250")
        for password in (day.secret(), "james-password-of-alice"):
            reply = smtp.log_in("alice@localhost", password)
            expect(reply.startswith("535-5.7.8") and "[AUTH-CREDENTIALS]" in reply and "Next: " in reply, reply)
        ends = [line["logIn"]["outcome"] for line in web.json("/smtp-guard/sessions/" + reference(reply))["lines"] if "logIn" in line]
        expect(ends == ["refused", "refused"], ends)
        expect(smtp.log_in("alice@localhost", "secret").startswith("235 2.7.0"), smtp.reply)
    with day.report.step("AUTH on the port with STARTTLS only under TLS"), Smtp(2587) as smtp:
        smtp.say("EHLO client.example", "250")
        expect("[AUTH-TLS-REQUIRED]" in smtp.log_in("alice@localhost", "secret"), smtp.reply)
        smtp.say("STARTTLS", "220")
        smtp.start_tls()
        expect("AUTH SCRAM-SHA-256 PLAIN LOGIN" in smtp.say("EHLO client.example", "250"), smtp.reply)
        expect(smtp.log_in("alice@localhost", "secret").startswith("235"), smtp.reply)
    with day.report.step("AUTH on the port with TLS from the start"), Smtp(2465, tls=True) as smtp:
        smtp.say("EHLO client.example", "250")
        expect(smtp.log_in("alice@localhost", "secret").startswith("235"), smtp.reply)
    with day.report.step("page, JSON, health check and metrics of the demo agree"):
        overview = web.json("/smtp-guard")
        metrics = web.metrics()
        refused = {name: count for name, count in metrics.items() if name.startswith("smtpGuard_refused_")}
        expect(sum(refused.values()) == overview["refused"], "%s, and JSON says %d" % (refused, overview["refused"]))
        counts = {"smtpGuard_refused_%s_total" % rule["rule"].replace("-", "_"): rule["refused"]
                  for rule in web.json("/smtp-guard/violations")["violations"]}
        expect(counts == {name: count for name, count in refused.items() if count}, "%s and %s" % (counts, refused))
        check, = (check for check in web.health()["checks"] if check["componentName"] == "smtp-guard")
        expect(check["status"] == "healthy", check)
        banner = web.page("/smtp-guard").banner
        expect(banner.startswith("OK"), banner)
