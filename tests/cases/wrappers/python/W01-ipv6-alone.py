"""It listens on every address of IPv6, and on none of IPv4.

Breaks: W01 W16
Because: nobody reaches it, so it never gets ready for anybody.
"""

from __future__ import annotations

import socket

from whole import Server, Wrapper, run


class Six(Server):
    address_family = socket.AF_INET6

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.server_address = ("::", 7000)
        super().server_bind()


run(Wrapper, Six)
