"""Makes each mistake of mistakes.py in the sample configuration: check and a real start of James have to say the same."""
import concurrent.futures
import json
import os
import re
import shutil

import install
from mistakes import MISTAKES, XML
from servers import James, java, run, read
from talk import expect

SECONDS = 180
AT_A_TIME = 2


def spend(day):
    keystore = day.directory("keystore")
    with day.report.step("a keystore, by the command of the sample"):
        command, = re.findall(r"keytool -genkeypair .*", read_sample())
        secret, = set(re.findall(r"<secret>(.*)</secret>", read_sample()))
        run([os.path.join(os.path.dirname(java()), "keytool"), *command.replace("conf/keystore", keystore).split()[1:],
             "-storepass", secret])
    with day.report.step("the sample as it is: check says that nothing is wrong"):
        home = lay_out(day, "sample", keystore)
        report = json.loads(home.guard("check", "--json", "conf/smtpserver.xml"))
        expect(report["wrong"] == 0, report)
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as threads:
        list(threads.map(lambda number: make(day, number, keystore), range(len(MISTAKES))))


def read_sample():
    return read(install.PROJECT + "/conf/smtpserver.xml")


def make(day, number, keystore):
    name, place, before, after, element = MISTAKES[number]
    with day.report.step("mistake %d, %s: check and James agree" % (number + 1, name)):
        james = lay_out(day, "mistake-%d" % (number + 1), keystore)
        file = edit(james, place, before, after)
        finding = check(james, file, element)
        james.launch()
        try:
            code = james.process.wait(SECONDS)
        finally:
            james.stop()
        expect(code != 0, "James has ended with 0")
        same_block(james, finding)
        shutil.rmtree(james.home)


def lay_out(day, name, keystore):
    """The sample as it is, on free ports."""
    james = James(day.directory(name), day.processes, day.ports)
    james.configure("integration-tests/conf", "conf")
    install.jar_and_script(james)
    shutil.copy(keystore, james.path("conf/keystore"))
    james.write("conf/" + XML, re.sub(r"<bind>127\.0\.0\.1:\d+", lambda _: "<bind>127.0.0.1:%d" % day.ports.free(),
                                      james.read("conf/" + XML)))
    return james


def edit(james, place, before, after):
    """Returns the name of the file that was edited."""
    if before is None:
        james.write("conf/" + place, after)
        return place
    if "." in place:
        james.edit("conf/" + place, before, after)
        return place
    text = james.read("conf/" + XML)
    begin = text.index("<jmxName>" + place)
    end = text.index("</smtpserver>", begin)
    expect(before in text[begin:end], "The port %s has no %s" % (place, before))
    james.write("conf/" + XML, text[:begin] + text[begin:end].replace(before, after, 1) + text[end:])
    return XML


def check(james, file, element):
    """Returns the finding of check, which has to be one, with all that leads to the mistake."""
    report = json.loads(james.guard("check", "--json", "conf/" + XML, codes=(1,)))
    wrong = [finding for finding in report["findings"] if finding["severity"] == "wrong"]
    expect(len(wrong) == 1 == report["wrong"], "check finds %s" % wrong)
    finding = wrong[0]
    expect(finding["element"] == element, "check names %s, not %s: %s" % (finding["element"], element, finding))
    expect("; " in finding["message"] or " needs " in finding["message"] or element == "the file", "check names no fix: %s" % finding)
    named = finding["file"]
    expect(named == james.path("conf/" + (XML if file == "smtp-users" else file)), "check names the file " + named)
    if not (file == "extensions.properties" and element == "guice.extension.module"):
        expect(all("line" in place for place in finding["places"]) and finding["places"], "check names no line: %s" % finding)
    if file == XML and element != "the file":
        expect(all("port" in place for place in finding["places"]), "check names no port: %s" % finding)
    return finding


def same_block(james, finding):
    """What the guard says last when James does not start is what check says; an error that is James' own has no such block."""
    console = [line.rstrip("\n") for line in james.console()]
    if "James SMTP Guard: James does not start, because its configuration is wrong." not in console:
        expect("Fatal error while starting James" in "\n".join(console), "\n".join(console[-20:]))
        return
    expect(console[-1].startswith("====="), "The block is not the last on the console: %s" % console[-3:])
    block = dict(re.findall(r"(?m)^  (File|Port|Element|Wrong|Fix) +(.*)$", "\n".join(console)))
    file, _, line = block["File"].partition(", line ")
    expect(file == finding["file"], "James names %s, check %s" % (file, finding["file"]))
    expect(not line or int(line) in [place.get("line") for place in finding["places"]], "James names line %s, check %s" % (
        line, finding["places"]))
    if "Port" in block:
        expect(block["Port"].split(" ")[0] in [place.get("port") for place in finding["places"]], "James names %s, check %s" % (
            block["Port"], finding["places"]))
    if finding["element"] == "guice.extension.module":
        # Without the module there is no line; each has its own words for "add it".
        expect(block["Fix"].startswith("add it") and "; add it" in finding["message"], "James says %s, check says %s" % (block, finding))
        return
    if finding["message"].startswith("is configured twice"):
        # The second one only sees at the start that it is not the first.
        expect("comes after another line handler" in block["Wrong"], "James says %s, check says %s" % (block, finding))
        return
    expect(block.get("Fix", block["Wrong"]) in finding["message"], "James says %s, check says %s" % (block, finding["message"]))
