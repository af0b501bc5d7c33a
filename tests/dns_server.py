"""A little DNS server on loopback that knows the text records of a few names."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

LONGEST = 512


def answer(question: bytes, texts: Mapping[str, Sequence[str]], *, code: int = 0, most: int = LONGEST) -> bytes:
    """Answer a question; what is longer than a datagram is cut."""
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode())
        at += 1 + question[at]
    records = []
    for text in texts.get(".".join(labels).lower(), ()):
        raw = text.encode()
        pieces = [raw[start : start + 255] for start in range(0, len(raw), 255)]
        data = b"".join(bytes([len(piece)]) + piece for piece in pieces)
        records.append(b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 60, len(data)) + data)
    alias = b"\xc0\x0c" + struct.pack("!HHIH", 5, 1, 60, 2) + b"\xc0\x0c"
    body = alias + b"".join(records)
    whole = question[:2] + struct.pack("!5H", 0x8180 | code, 1, len(records) + 1, 0, 0) + question[12:] + body
    return whole if len(whole) <= most else question[:2] + struct.pack("!5H", 0x8380, 1, 0, 0, 0) + question[12:]


@contextmanager
def serve_dns(texts: Mapping[str, Sequence[str]], *, code: int = 0, mute: int = 0) -> Iterator[int]:
    """Run a server for UDP and TCP on one port; gives the port. The first `mute` questions get another's answer."""
    left = [mute]

    class ByUdp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            question, line = self.request
            if left[0]:
                left[0] -= 1
                line.sendto(bytes([question[0] ^ 1]) + answer(question, texts)[1:], self.client_address)
            line.sendto(answer(question, texts, code=code), self.client_address)

    class ByTcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            question = self.rfile.read(int.from_bytes(self.rfile.read(2)))
            raw = answer(question, texts, code=code, most=65_535)
            self.wfile.write(len(raw).to_bytes(2) + raw)

    udp, tcp = bind(ByUdp, ByTcp)
    with udp, tcp:
        threads = [threading.Thread(target=one.serve_forever, args=(0.02,)) for one in (udp, tcp)]
        for thread in threads:
            thread.start()
        try:
            yield udp.server_address[1]
        finally:
            for server, thread in zip((udp, tcp), threads, strict=True):
                server.shutdown()
                thread.join()


def bind(
    by_udp: type[socketserver.BaseRequestHandler], by_tcp: type[socketserver.BaseRequestHandler]
) -> tuple[socketserver.UDPServer, socketserver.TCPServer]:
    """Find a port that is free for both."""
    for _ in range(50):
        udp = socketserver.UDPServer(("127.0.0.1", 0), by_udp)
        try:
            return udp, socketserver.TCPServer(("127.0.0.1", udp.server_address[1]), by_tcp)
        except OSError:
            udp.server_close()
    raise RuntimeError
