"""A mail server and a group chat's service on this machine: what is sent is real."""

import ipaddress
import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


def free_port():
    with socket.socket() as found:
        found.bind((HOST, 0))
        return found.getsockname()[1]


class PostOffice:
    """Takes mail over SMTP. What it answers to which address is told beforehand."""

    def __init__(self):
        self.mails = []
        # By address: what is answered to RCPT; of all: what is answered to DATA.
        self.refusals = {}
        self.after_data = "250 OK"
        self.delay = 0.0
        self.before_answer = lambda: None

    # The names are aiosmtpd's.
    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        time.sleep(self.delay)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos[0], mail))
        self.before_answer()
        return self.after_data

    @property
    def receivers(self):
        return [address for address, _mail in self.mails]


@contextmanager
def post_office(settings):
    """Open, and named in the settings."""
    office = PostOffice()
    port = free_port()
    controller = Controller(office, hostname=HOST, port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, port
    settings.EMAIL_TIMEOUT = 2
    try:
        yield office
    finally:
        controller.stop()


class GroupChat:
    """The services' side of robots. What it answers is told beforehand."""

    def __init__(self):
        self.heard = []
        self.status, self.body, self.headers = 200, {"errcode": 0, "code": 0}, {}
        self.delay = 0.0

    @property
    def texts(self):
        return [
            said.get("text", {}).get("content") or said["content"]["text"]
            for _path, said in self.heard
        ]


def handler_of(chat):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            said = self.rfile.read(int(self.headers["Content-Length"]))
            chat.heard.append((self.path, json.loads(said)))
            time.sleep(chat.delay)
            body = chat.body
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            try:
                self.send_response(chat.status)
                for name, value in chat.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the other side had waited long enough

        do_GET = do_POST  # noqa: N815

        def log_message(self, *args):
            pass

    return Handler


@contextmanager
def group_chat(settings, folder):
    """Listening with a certificate of its own authority, and named in the settings."""
    chat = GroupChat()
    server = ThreadingHTTPServer((HOST, 0), handler_of(chat))
    chat.host = f"{HOST}:{server.server_port}"
    cert, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    settings.CRM_NOTICE_HOSTS = [chat.host]
    settings.CRM_NOTICE_CA = str(cert)
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder):
    """Of 127.0.0.1, signed by itself, for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "group chat of tests")])
    now = datetime.now(UTC)
    host = x509.IPAddress(ipaddress.ip_address(HOST))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([host]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file
