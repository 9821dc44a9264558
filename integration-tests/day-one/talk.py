"""What the day needs to talk to servers with: SMTP, HTTP, and pages read as a person reads them."""
import base64
import hashlib
import hmac
import html.parser
import json
import re
import socket
import ssl
import urllib.error
import urllib.request

SECONDS = 90
# All that a page, an answer or a command said, to be searched for passwords at the end.
SAID = []


def expect(is_so, what):
    if not is_so:
        raise AssertionError(what)


class Smtp:
    """One session. Each method returns the whole reply."""

    def __init__(self, port, tls=False, is_greeted=True):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self.lines = self.socket.makefile("rb")
        self.reply = ""
        if tls:
            self.start_tls()
        if is_greeted:
            expect(self.read().startswith("220"), "The greeting is " + self.reply)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def start_tls(self):
        """The handshake alone. The certificate is one of a test."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)
        self.lines = self.socket.makefile("rb")

    def write(self, line):
        self.socket.sendall(line.encode() + b"\r\n")

    def read(self):
        reply = []
        while not reply or reply[-1][3:4] == "-":
            line = self.lines.readline().decode("ascii")
            expect(line.endswith("\r\n"), "The connection ended after " + "".join(reply))
            reply.append(line)
        self.reply = "".join(reply).replace("\r\n", "\n")
        SAID.append(self.reply)
        return self.reply

    def say(self, line, code=""):
        self.write(line)
        self.read()
        expect(self.reply.startswith(code), "%s: expected %s, got %s" % (line.split(" ")[0], code, self.reply))
        return self.reply

    def log_in(self, user, password):
        return self.say("AUTH PLAIN " + base64.b64encode(("\0" + user + "\0" + password).encode()).decode())

    def log_in_by_cram_md5(self, user, password):
        if not self.say("AUTH CRAM-MD5").startswith("334"):
            return self.reply
        challenge = base64.b64decode(self.reply.split(" ")[1])
        digest = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
        return self.say(base64.b64encode((user + " " + digest).encode()).decode())


def reference(reply):
    """The session that a refusal names."""
    found = re.search(r"session ([0-9a-f]{8})\)", reply)
    expect(found, "A refusal without a session: " + reply)
    return found[1]


def replay(smtp, dialogue):
    """Sends the lines "C:" of a page and expects its lines "S:", in which only the session may be another. Returns what was heard."""
    said = ""
    pending = []
    for line in dialogue.strip("\n").split("\n"):
        found = re.fullmatch(r" *([CS]): ?(.*)", line)
        expect(found, "A line of a dialogue that cannot be read: " + line)
        side, text = found.groups()
        if side == "C":
            expect(not pending, "The reply has more lines than the page: " + smtp.reply)
            smtp.write(text)
            continue
        if not pending:
            said += smtp.read()
            pending = smtp.reply.rstrip("\n").split("\n")
        heard = pending.pop(0)
        expect(without_session(heard) == without_session(text), "The page has \"%s\", the server says \"%s\"" % (text, heard))
    expect(not pending, "The reply has more lines than the page: " + smtp.reply)
    return said


def without_session(line):
    return re.sub(r"session [0-9a-f]{8}", "session ...", line)


class Web:
    """The WebAdmin of a James."""

    def __init__(self, port):
        self.url = "http://127.0.0.1:%d" % port

    def request(self, path, accept="*/*", method="GET", body=None):
        """Returns the status and the text."""
        request = urllib.request.Request(self.url + path, data=None if body is None else json.dumps(body).encode(), method=method,
                                         headers={"Accept": accept, "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def get(self, path, accept):
        status, text = self.request(path, accept)
        expect(status == 200, "GET %s: %d %s" % (path, status, text))
        SAID.append(text)
        return text

    def json(self, path):
        return json.loads(self.get(path, "application/json"))

    def page(self, path):
        return Page(self.get(path, "text/html"))

    def health(self, check=""):
        """All checks, or one; 503 is an answer as well."""
        status, text = self.request("/healthcheck" + check, "application/json")
        expect(status in (200, 503), "GET /healthcheck: %d %s" % (status, text))
        SAID.append(text)
        return json.loads(text)

    def metrics(self):
        lines = self.get("/metrics", "*/*").split("\n")
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))}


class Page(html.parser.HTMLParser):
    """What a person reads, without white space: the text, the banner, and the cards by their heading."""

    VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.text = self.banner = self.heading = self.card = ""
        self.cards = {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append("banner" if "banner" in (dict(attrs).get("class") or "").split() else tag)
        if tag == "article":
            self.heading = self.card = ""

    def handle_endtag(self, tag):
        if tag == "article":
            self.cards[self.heading] = self.card
        if tag not in self.VOID:
            self.open.pop()

    def handle_data(self, data):
        if not {"style", "script", "title"}.intersection(self.open):
            words = squeezed(data)
            self.text += words
            self.banner += words if "banner" in self.open else ""
            self.card += words
            self.heading += words if "h3" in self.open else ""


def squeezed(text):
    """Without white space, which a page has where it likes."""
    return "".join(text.split())
