"""Each backend's sample, as its page has it, with a real server; and an outage of each, on which all that an operator looks at agrees."""
import collections
import concurrent.futures
import glob
import json
import os
import re
import shutil
import time

import install
from report import Skipped
from servers import (LIB, PROJECT, AccountService, Certificate, Dovecot, James, Postgres, Slapd, artifacts, java, quick, read, run,
                     wait_until, write)
from talk import expect, reference, squeezed

PAGES = PROJECT + "/docs/backends/"
ALICE, STRANGER, OWN = "alice@example.org", "mallory@example.org", "carol@localhost"
# Samples of pages that need what cannot be had here.
NOT_TRIED = {("ldap.md", 2): "Active Directory"}
STATES = ("healthy", "degraded", "down")
READINGS = 6
ATTEMPTS = 5
LOGGED = 200
FEW = 3
PORT = """
    <smtpserver enabled="true">
        <jmxName>%s</jmxName>
        <bind>127.0.0.1:%d</bind>
        <helloName autodetect="false">localhost</helloName>
        <tls socketTLS="false" startTLS="false"/>
        <auth>
            <announce>always</announce>
            <requireSSL>false</requireSSL>
        </auth>
        %s
    </smtpserver>"""

# A sample: its page, the how many-th of it, the name of its port, the server it needs, the backends that it has; what is written instead of
# parts of it; the name of the right password; and the mechanism.
Sample = collections.namedtuple("Sample", "page index port peer backend changes password mechanism")


def spend(day):
    Backends(day).spend()


class Backends:
    def __init__(self, day):
        self.day = day
        self.report = day.report
        self.directory = day.directory("backends")
        os.makedirs(self.directory)
        self.certificate = Certificate(self.directory)
        self.password = day.secret()
        self.wrong = day.secret()
        self.service_password = day.secret()
        self.database_password = day.secret()
        self.hmac_key = day.secret()
        self.peers = {}
        self.james = James(self.directory + "/james", day.processes, day.ports)
        self.samples = []
        self.passwords = {"": self.password}

    def spend(self):
        try:
            for name, start in (("PostgreSQL", self.postgres), ("slapd", self.slapd), ("account service", self.account_service),
                                ("Dovecot", self.dovecot)):
                with self.report.step("%s starts" % name):
                    start()
            with self.report.step("each sample of a backend's page is used"):
                self.samples = self.all_samples()
            self.configure()
            with self.report.step("check says that nothing is wrong with the samples"):
                self.check()
            self.james.start()
            self.james.web.request("/users/" + OWN, method="PUT", body={"password": self.password})
            self.log_ins()
            with self.report.step("all backends are healthy: page, JSON, health check, metrics and log agree"):
                self.agree({sample.backend: "healthy" for sample in self.samples})
            self.outages()
        finally:
            self.james.stop()

    # The servers.

    def postgres(self):
        if not artifacts(Postgres.ARTIFACT):
            raise Skipped("Maven has no PostgreSQL for this system")
        peer = Postgres(self.day.processes, self.directory + "/postgres", self.day.ports.free())
        bcrypt = self.hash(self.password)
        peer.execute("postgres", "CREATE ROLE james LOGIN PASSWORD '%s'" % self.database_password, "CREATE DATABASE mail OWNER james")
        peer.execute("mail", "CREATE TABLE users (username text PRIMARY KEY, password text)",
                     "INSERT INTO users VALUES ('%s', '%s')" % (ALICE, bcrypt), "GRANT SELECT ON users TO james",
                     "GRANT CREATE ON SCHEMA public TO james")
        peer.start()
        self.peers["postgres"] = [peer]

    def slapd(self):
        if not os.path.exists("/usr/sbin/slapd"):
            raise Skipped("slapd is not installed")
        self.peers["slapd"] = [Slapd(self.day.processes, self.directory + "/slapd%d" % number, self.day.ports, self.certificate,
                                     self.service_password, {ALICE: self.password}) for number in (1, 2)]
        for peer in self.peers["slapd"]:
            peer.start()

    def account_service(self):
        peer = AccountService(self.day.processes, self.directory + "/accounts", self.day.ports.free(), self.certificate,
                              '{"key": "%s", "users": {"%s": "%s"}}' % (self.hmac_key, ALICE, self.password))
        peer.start()
        self.peers["accounts"] = [peer]

    def dovecot(self):
        if not os.path.exists("/usr/lib/dovecot/imap-login") or os.geteuid() != 0:
            raise Skipped("dovecot-imapd is not installed, or this is not root")
        page = read(PAGES + "dovecot.md")
        listener, = re.findall(r"(?m)^ {4}(service auth \{\n(?: {4}.*\n)*? {6}unix_listener auth-james \{\n(?: {4}.*\n)*? {4}\})$", page)
        relayed, = re.findall(r"<relay>(.*)</relay>", page)
        no_penalty, = re.findall(r"(?m)`(auth_failure_delay = 0)`, and\n\n((?: {4}.*\n)+)", page)
        trusted, = re.findall(r"(?m)^ *(login_trusted_networks = .*)$", read(PAGES + "imap.md"))
        # Dovecot runs with users of its own, who do not reach each directory of a checkout; and the path of a socket is short.
        users = {ALICE: self.password}
        auth = Dovecot("Dovecot's auth service", self.day.processes, self.day.temporary("dovecot"), 0, users, "protocols =", "ssl = no",
                       "auth_mechanisms = plain " + relayed.lower(),
                       listener.replace("user = james", "user = root"), *no_penalty)
        port = self.day.ports.free()
        imap = Dovecot("Dovecot's IMAP", self.day.processes, self.day.temporary("imap"), port, users, "protocols = imap", "ssl = yes",
                       "ssl_cert = <" + self.certificate.file, "ssl_key = <" + self.certificate.key,
                       "service imap-login {", "  inet_listener imap {", "    port = 0", "  }",
                       "  inet_listener imaps {", "    port = %d" % port, "    ssl = yes", "  }", "}",
                       trusted.replace("192.0.2.25/32", "127.0.0.0/8"))
        auth.start()
        imap.start()
        self.peers["dovecot"] = [auth]
        self.peers["imap"] = [imap]

    def hash(self, password):
        """By the command of the guard, as docs/backends/file.md names it."""
        command = [java(), *quick(), "-cp", install.jar() + ":" + LIB + "/*", "org.smtpguard.cli.Main", "hash"]
        return run(command, password + "\n").strip().split("\n")[-1]

    # The samples.

    def all_samples(self):
        ports = {name: [peer.port for peer in peers] for name, peers in self.peers.items()}
        database = lambda: (("//localhost/mail", "//localhost:%d/mail" % ports["postgres"][0]),)
        corp = lambda: (("ldaps://ldap1.example.org", "ldaps://localhost:%d" % ports["slapd"][0]),
                        ("ldaps://ldap2.example.org", "ldaps://localhost:%d" % ports["slapd"][1]),
                        ("the password of that account", self.service_password))
        socket = lambda: (("/run/dovecot/auth-james", self.peers["dovecot"][0].socket),)
        known = (
            Sample("file.md", 0, "file", None, "apps", lambda: (), "", "PLAIN"),
            Sample("jdbc.md", 0, "jdbc", "postgres", "mail",
                   lambda: (*database(), ("<password>…", "<password>" + self.database_password)), "", "PLAIN"),
            Sample("ldap.md", 0, "ldap", "slapd", "corp", corp, "", "PLAIN"),
            Sample("ldap.md", 1, "openldap", "slapd", "openldap", lambda: (
                ('name="corp"', 'name="openldap"'), ("…", self.service_password),
                ("ldap://ldap.example.org", "ldap://localhost:%d" % self.peers["slapd"][0].plain_port)), "", "PLAIN"),
            Sample("http.md", 0, "http", "accounts", "portal",
                   lambda: (("https://auth.example.org/", "https://localhost:%d/" % ports["accounts"][0]),), "", "PLAIN"),
            Sample("dovecot.md", 0, "dovecot", "dovecot", "dovecot", socket, "", "PLAIN"),
            Sample("dovecot.md", 1, "relay", "dovecot", "relay", lambda: (*socket(), ('name="dovecot"', 'name="relay"')), "", "CRAM-MD5"),
            Sample("imap.md", 0, "imap", "imap", "old-server",
                   lambda: (("imap.example.org:993", "localhost:%d" % ports["imap"][0]),), "", "PLAIN"),
            Sample("james.md", 0, "james", None, "own", lambda: (), "", "PLAIN"),
            Sample("james.md", 1, "devices", None, "devices", lambda: (), "", "PLAIN"),
            Sample("app-passwords.md", 0, "app-passwords", "slapd", "app-passwords", lambda: (
                ('name="apps"', 'name="app-passwords"'),
                ('<backend class="LdapBackend" name="corp">…</backend>', replaced(sample_of("ldap.md", 0), corp()))), "file", "PLAIN"),
            Sample("app-passwords.md", 1, "app-passwords-jdbc", "postgres", "app-passwords-jdbc", lambda: (
                ('name="apps"', 'name="app-passwords-jdbc"'), *database(), ("/run/secrets/mail-db", self.james.path("conf/mail-db"))),
                "database", "PLAIN"),
        )
        used = {(sample.page, sample.index) for sample in known}.union(NOT_TRIED)
        there = {(os.path.basename(page), index) for page in glob.glob(PAGES + "*.md") for index in range(len(samples_of(page)))}
        expect(used == there, "Samples of pages that are not tried, or not there any more: %s" % sorted(used.symmetric_difference(there)))
        return [sample for sample in known if sample.peer is None or sample.peer in self.peers]

    def configure(self):
        james = self.james
        james.configure("integration-tests/conf", "integration-tests/docker/conf")
        install.jar_and_script(james)
        if "postgres" in self.peers:
            # As docs/backends/jdbc.md says.
            shutil.copy(artifacts(Postgres.DRIVER)[-1], james.path("extensions-jars"))
        james.write("conf/extensions.properties", "guice.extension.module=org.smtpguard.james.GuardModule\n")
        install.optional_parts(james)
        shutil.copy(self.certificate.file, james.path("conf/ldap-ca.pem"))
        write_secret(james.path("conf/mail-db"), self.database_password)
        james.environment["SMTP_AUTH_KEY"] = self.hmac_key
        # Of the samples without <trustStore>: "the JVM's".
        james.arguments = ["-Djavax.net.ssl.trustStore=" + self.certificate.store, "-Djavax.net.ssl.trustStorePassword=trusted"]
        install.add_user(james, self.password)
        james.write("conf/smtpserver.xml", "<smtpservers>%s\n</smtpservers>\n" % "".join(
            PORT % (sample.port, self.day.ports.free(), self.chain(sample)) for sample in self.samples))
        self.app_passwords()

    def chain(self, sample):
        """The README's, with the page's sample in the place of its backend, or of its Authentication."""
        text = replaced(sample_of(sample.page, sample.index), sample.changes())
        pattern = r'(?s)<handler class="org.smtpguard.james.Authentication">.*?</handler>' if text.startswith("<handler") \
            else r"(?s)<backend .*?</backend>"
        chain, count = re.subn(pattern, lambda _: text, install.chain().replace("observe", "enforce"))
        expect(count == 1, "The chain of the README has its backend once")
        return chain

    def app_passwords(self):
        """By the commands of docs/backends/app-passwords.md."""
        for sample in self.samples:
            if sample.password:
                backend = ("--backend", sample.backend)
                # On a machine that is busy the first connection to the database may take longer than 10 s.
                wait_until(lambda: "Failed:" not in self.james.guard("app-passwords", "init", *backend, codes=(0, 1), both=True),
                           sample.backend + " is created", seconds=90)
                made = self.james.guard("app-passwords", "add", ALICE, "--label", "Office scanner", "--network", "127.0.0.0/8",
                                        "--expires", "365d", *backend)
                secret, = re.findall(r"sgap(?:-[0-9a-z]{4}){7}", made)
                self.passwords[sample.password] = secret
                self.day.secrets.add(secret)

    def check(self):
        """Again, if a backend has not answered in time: the limits of the pages are short for a machine that is busy."""
        for _ in range(ATTEMPTS):
            report = json.loads(self.james.guard("check", "--json", "conf/smtpserver.xml", codes=(0, 1)))
            wrong = [finding for finding in report["findings"] if finding["severity"] == "wrong"]
            if not wrong:
                break
        expect(not wrong, wrong)
        available = [finding["element"] for finding in report["findings"] if finding["message"] == "is available."]
        missing = [sample.backend for sample in self.samples if sample.backend != "own" and "backend " + sample.backend not in available]
        expect(not missing, "check does not say that these are available: %s" % missing)

    # Log-ins.

    def right(self, sample):
        return (OWN if sample.backend == "own" else ALICE), self.passwords[sample.password]

    def attempt(self, sample, user, password):
        """Returns the reply and the session."""
        with self.james.smtp(sample.port) as smtp:
            expect(sample.mechanism in smtp.say("EHLO client.example", "250"), smtp.reply)
            reply = smtp.log_in_by_cram_md5(user, password) if sample.mechanism == "CRAM-MD5" else smtp.log_in(user, password)
            if reply.startswith("235"):
                # Any refusal names the session.
                return reply, reference(smtp.say("DATA", "503"))
            return reply, reference(reply)

    def log_ins(self):
        """At all backends at the same time; then the metrics have to count what the sessions say."""
        counted = collections.Counter()

        def log_in(sample):
            with self.report.step("%s, sample %d: the right password, a wrong one and an unknown user" % (sample.page, sample.index + 1)):
                counted.update(self.log_in(sample))
        self.at_the_same_time(self.samples, log_in, FEW)
        with self.report.step("the metrics count these log-ins"):
            metrics = {name: value for name, value in self.james.web.metrics().items() if re.match("smtpGuard_auth_.*_by_.*_total", name)}
            metrics = {name: value for name, value in metrics.items() if value}
            expect(metrics == counted, "%s; the sessions: %s" % (metrics, counted))

    def log_in(self, sample):
        """Returns the names of the metrics that these count in."""
        user, password = self.right(sample)
        wrong = password[:-4] + ("0000" if password[-4:] != "0000" else "1111") if sample.password else self.wrong
        self.day.secrets.add(wrong)
        found = []
        for name, secret, code in ((user, password, "235 2.7.0"), (user, wrong, "535-5.7.8"), (STRANGER, wrong, "535-5.7.8")):
            for _ in range(ATTEMPTS):
                reply, session = self.attempt(sample, name, secret)
                if not reply.startswith("454"):
                    break
                # The first requests of a JVM on a machine that is busy may take longer than a page allows them. A client tries again.
                found.append(self.metric(sample, self.one_log_in(sample, session, name)))
            expect(reply.startswith(code) and (code[0] == "2" or "[AUTH-CREDENTIALS]" in reply), reply)
            log_in = self.one_log_in(sample, session, name)
            expect(log_in["outcome"] in (("accepted",) if code[0] == "2" else ("refused", "unknown")), log_in)
            found.append(self.metric(sample, log_in))
        expect(any("_by_%s_" % metric(sample.backend) in name for name in found), "%s has decided none: %s" % (sample.backend, found))
        return found

    @staticmethod
    def metric(sample, log_in):
        return "smtpGuard_auth_%s_by_%s_%s_total" % (metric(sample.mechanism), metric(log_in["backend"]), log_in["outcome"])

    def one_log_in(self, sample, session, user):
        """As the JSON of its session has it, after a look at its page and at the log."""
        log_ins = [line["logIn"] for line in self.james.web.json("/smtp-guard/sessions/" + session)["lines"] if "logIn" in line]
        expect(len(log_ins) == 1, log_ins)
        log_in = log_ins[0]
        expect(log_in["mechanism"] == sample.mechanism and log_in.get("user", user) == user, log_in)
        backend, outcome = log_in["backend"], log_in["outcome"]
        reason = log_in.get("reason", "")
        page = self.james.web.page("/smtp-guard/sessions/" + session).text
        for words in (backend, outcome, reason):
            expect(squeezed(words) in page, "The page of the session lacks " + words)
        if outcome == "accepted":
            line = "AUTH method %s succeeded for %s by %s client=127.0.0.1 session=%s" % (sample.mechanism, user, backend, session)
        else:
            # The log has a long reason shortened.
            line = "%s by %s [AUTH-%s] client=127.0.0.1 session=%s" % (
                outcome.upper() + (" (%s)" % (reason if len(reason) <= LOGGED else reason[:LOGGED - 3] + "...") if reason else ""), backend,
                "UNAVAILABLE" if outcome == "unavailable" else "CREDENTIALS", session)
        wait_until(lambda: line in self.james.log(), "the log has " + line, seconds=10)
        return log_in

    # Outages.

    def outages(self):
        servers = [peer for peers in self.peers.values() for peer in peers]
        queried = [sample for sample in self.samples if sample.peer]
        if "slapd" in self.peers:
            with self.report.step("one of two directories has gone: its backend answers, and is degraded"):
                self.peers["slapd"][0].stop()
                self.expect_reply("ldap", "235")
                self.expect_reply("openldap", "454")
                self.agree({"corp": "degraded", "openldap": "down"})
            with self.report.step("it is back: all are healthy"):
                self.peers["slapd"][0].start()
                self.recover()
        with self.report.step("all servers have gone, and the files as well: each backend is down, with host and port; and all agree"):
            for peer in servers:
                peer.stop()
            files = [self.james.path("conf/" + name) for name in ("smtp-users", "app-passwords")]
            for file in files:
                if os.path.exists(file):
                    os.rename(file, file + ".gone")
            self.at_the_same_time(queried, self.unavailable)
            expected = {sample.backend: "down" for sample in queried}
            expected.update({"apps": "degraded", "devices": "degraded", "own": "healthy"})
            # Users of the last good version of the file go on; that it has gone is seen at the next log-in.
            for port in ("file", "devices"):
                self.expect_reply(port, "235")
            self.agree(expected)
            self.addresses(queried)
        with self.report.step("all is back: all are healthy, and all agree"):
            for file in files:
                if os.path.exists(file + ".gone"):
                    os.rename(file + ".gone", file)
            for peer in servers:
                peer.start()
            self.recover()
        # Dovecot's time limits are 20 s.
        silent = [peer for name in ("postgres", "slapd", "accounts") for peer in self.peers.get(name, ())]
        with self.report.step("servers are silent: each log-in ends in time, and all agree"):
            for peer in silent:
                peer.freeze()
            try:
                frozen = [sample for sample in queried if sample.port in ("jdbc", "ldap", "openldap", "http", "app-passwords-jdbc")]
                self.at_the_same_time(frozen, self.unavailable)
                self.agree({sample.backend: ("degraded", "down") for sample in frozen})
            finally:
                for peer in silent:
                    peer.thaw()
        with self.report.step("they answer again: all are healthy, and all agree"):
            self.recover()

    @staticmethod
    def at_the_same_time(samples, action, most=100):
        with concurrent.futures.ThreadPoolExecutor(most) as threads:
            return list(threads.map(action, samples))

    def expect_reply(self, port, code):
        sample, = (sample for sample in self.samples if sample.port == port)
        reply, session = self.attempt(sample, *self.right(sample))
        expect(reply.startswith(code), "%s: expected %s, got %s" % (port, code, reply))
        return session

    def unavailable(self, sample):
        reply, session = self.attempt(sample, *self.right(sample))
        expect(reply.startswith("454-4.7.0") and "[AUTH-UNAVAILABLE]" in reply, "%s: %s" % (sample.port, reply))
        log_in = self.one_log_in(sample, session, self.right(sample)[0])
        expect(log_in["backend"] == sample.backend and log_in["outcome"] == "unavailable", log_in)
        return reply

    def addresses(self, samples):
        """Each reason names where the server is."""
        down = {backend["name"]: backend for backend in self.seen()}
        for sample in samples:
            backend = down[sample.backend]
            places = re.findall(r"localhost:\d+|/\S*/auth-james|\S+/conf/app-passwords", backend["address"])
            expect(places and any(place in backend["reason"] for place in places), "%s: the reason \"%s\" does not name %s" % (
                sample.backend, backend["reason"], backend["address"]))

    def recover(self):
        """The health check, and a log-in at each."""
        self.james.web.health()

        def works(sample):
            wait_until(lambda: self.attempt(sample, *self.right(sample))[0].startswith("235"), sample.port + " accepts again", seconds=90)
        self.at_the_same_time(self.samples, works)
        wait_until(lambda: all(backend["health"] == "healthy" for backend in self.seen()), "all are healthy", seconds=120)
        self.agree({sample.backend: "healthy" for sample in self.samples})

    # What all that an operator looks at says.

    def seen(self):
        return self.james.web.json("/smtp-guard/backends")["backends"]

    def agree(self, expected):
        """Reads all that an operator looks at; again, if meanwhile a backend's health or reason was another, or the log was behind."""
        for _ in range(READINGS):
            before = self.seen()
            differences = self.differences(before, expected)
            if standing(before) == standing(self.seen()):
                if not differences:
                    return
                time.sleep(1)
        raise AssertionError("\n".join(differences))

    def differences(self, backends, expected):
        """Of what each place says from the JSON of the backends, and of that from what is expected."""
        check = self.james.web.health("/checks/smtp-guard")
        overview = self.james.web.json("/smtp-guard")["backends"]
        cards = self.james.web.page("/smtp-guard/backends").cards
        banner = self.james.web.page("/smtp-guard").banner
        metrics = self.james.web.metrics()
        healths = {backend["name"]: backend["health"] for backend in backends}
        ill = set(healths.values()) - {"healthy"}
        found = []

        def same(is_so, what, *values):
            if not is_so:
                found.append(what % values)
        for name, health in expected.items():
            same(healths.get(name, "missing") in health, "%s is %s, not %s", name, healths.get(name), health)
        same(standing(overview) == standing(backends), "JSON of the overview: %s, of the backends: %s", overview, backends)
        status = "healthy" if not ill else "unhealthy" if set(healths.values()) == {"down"} else "degraded"
        same(check["status"] == status, "health check: %s, not %s", check, status)
        title = "Down:" if "down" in ill else "Nobackendisdown.Degraded:" if ill else "OK:"
        same(banner.startswith(title), "banner: %s, not %s", banner, title)
        for backend in backends:
            name, health, reason, since = (backend[field] for field in ("name", "health", "reason", "since"))
            second = since[:19] + "Z"
            card = cards.get(squeezed(name), "")
            same(health.capitalize() + "for" in card and squeezed(reason) in card, "card of %s: %s; JSON: %s %s", name, card, health,
                 reason)
            value = metrics.get("smtpGuard_backend_%s_health" % metric(name))
            same(value == STATES.index(health), "metric of %s: %s; JSON: %s", name, value, health)
            if health != "healthy":
                cause = "backend %s is %s since %s: %s" % (name, health, second, reason)
                same(cause in (check.get("cause") or ""), "health check: %s; JSON: %s", check.get("cause"), cause)
                same(name in banner, "banner: %s, without %s", banner, name)
            lines = self.logged(name)
            same(lines[-1:] == [(health, second)] or health == "healthy" and not lines, "log on %s: %s; JSON: %s since %s", name,
                 lines[-1:], health, second)
        return found

    def logged(self, name):
        """The lines on its health."""
        return re.findall(r"o\.s\.HEALTH - (healthy|degraded|down) backend=%s since=(\S+) reason=" % re.escape(name), self.james.log())


def standing(backends):
    return [(backend["name"], backend["health"], backend["since"], backend["reason"]) for backend in backends]


def metric(backend):
    return re.sub(r"[^A-Za-z0-9]", "_", backend)


def samples_of(page):
    return [sample for sample in re.findall(r"(?s)```xml\n(.*?)\n```", read(page)) if "<backend class=" in sample]


def sample_of(page, index):
    return samples_of(PAGES + page)[index]


def replaced(text, changes):
    for before, after in changes:
        expect(before in text, "The page's sample has no %s: %s" % (before, text))
        text = text.replace(before, after)
    return text


def write_secret(path, text):
    write(path, text)
    os.chmod(path, 0o600)
