"""A mail server of a test's own on a real socket: STARTTLS, a login, and addresses it refuses."""

import base64
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

# A certificate for localhost that nobody else trusts, with its key.
CERTIFICATE = Path(__file__).with_name("smtp_server.pem")
LOGIN = base64.b64encode(b"\0perf\0secret").decode()


@dataclass
class Mailbox:
    """What the server took, in order; `refused` are the addresses that it does not know."""

    port: int = 0
    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    hangs_up: bool = False


@contextmanager
def smtp_server(port: int = 0) -> Iterator[Mailbox]:
    """A server while the block runs; on a port of its own unless one is given."""
    box = Mailbox()

    class Handler(Conversation):
        mailbox = box

    class Server(ThreadingTCPServer):
        allow_reuse_address = True

    with Server(("127.0.0.1", port), Handler) as server:
        box.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()


class Conversation(BaseRequestHandler):
    """One conversation by RFC 5321: nothing is taken before encryption and login."""

    mailbox: Mailbox
    is_known = False
    to = ""

    def handle(self) -> None:
        self._begin(self.request)
        self._say("220 localhost")
        while (line := self.stream.readline()) and self._answer(line.decode().strip()):
            pass

    def finish(self) -> None:
        self.stream.close()
        self.sock.close()

    def _begin(self, sock: socket.socket) -> None:
        self.sock, self.stream = sock, sock.makefile("rb")

    def _say(self, text: str) -> None:
        self.sock.sendall(f"{text}\r\n".encode())

    def _answer(self, words: str) -> bool:
        """Answer one line; False ends the conversation."""
        verb = words.upper().split(" ")[0]
        is_secret = isinstance(self.sock, ssl.SSLSocket)
        answers = {
            "EHLO": "250-localhost\r\n250 " + ("AUTH PLAIN" if is_secret else "STARTTLS"),
            "RSET": "250 ok",
            "QUIT": "221 bye",
            "STARTTLS": "220 go ahead",
        }
        if verb == "AUTH":
            self.is_known = is_secret and words.rsplit(" ", maxsplit=1)[-1] == LOGIN
            self._say("235 welcome" if self.is_known else "535 wrong name or password")
        elif verb in answers:
            self._say(answers[verb])
        elif not self.is_known:
            self._say("530 authentication required")
        else:
            return self._take(verb, words)
        return verb != "QUIT" and (verb != "STARTTLS" or self._encrypt())

    def _encrypt(self) -> bool:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self.stream.close()
        plain = self.sock
        try:
            self._begin(context.wrap_socket(plain, server_side=True))
        except OSError:
            # The client does not trust the certificate.
            return False
        return True

    def _take(self, verb: str, words: str) -> bool:
        if verb == "MAIL":
            if self.mailbox.hangs_up:
                return False
            self._say("250 ok")
        elif verb == "RCPT":
            self.to = words.partition("<")[2].rstrip(">")
            self._say("550 no such user" if self.to in self.mailbox.refused else "250 ok")
        elif verb == "DATA":
            self._say("354 send")
            text = b""
            while (part := self.stream.readline()) != b".\r\n":
                text += part.removeprefix(b".") if part.startswith(b"..") else part
            self.mailbox.letters.append((self.to, message_from_bytes(text, policy=policy.default)))
            self._say("250 taken")
        return True
