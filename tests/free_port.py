"""A free port, for programs that cannot find one themselves. Prints it as a script."""

import random
import socket


def free_port() -> int:
    """Below those that the system gives to connections: else one of them could take it before it is used."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


if __name__ == "__main__":
    print(free_port())
