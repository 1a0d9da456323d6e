"""`make run`: the whole service in the foreground until Ctrl-C. PORT=... chooses the page's port, LAN=1 opens it to the network."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

import segno

from dev.layout import VAR_DIR
from dev.narration import explained, narrate
from dev.stack import Stack

CODE = "sign-in code:"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run() -> int:
    """Run until Ctrl-C, SIGTERM or the end of the terminal."""
    lan = os.environ.get("LAN") == "1"
    host = lan_address() if lan else "127.0.0.1"
    port = int(os.environ["PORT"]) if os.environ.get("PORT") else None
    for number in STOP_SIGNALS:
        signal.signal(number, _interrupt)
    stack = Stack(VAR_DIR, fsync=True, world=True, port=port, bind="0.0.0.0" if lan else "127.0.0.1", public_host=host, say=narrate)
    try:
        stack.start()
        _welcome(stack, lan=lan)
        _repeat_codes(stack.layout.log / "web.log")
    except KeyboardInterrupt:
        narrate("\nStopping ...")
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        stack.stop()
    narrate("Stopped. All data stays in var/.")
    return 0


def lan_address() -> str:
    """This machine's address in its network. Nothing is sent: the kernel only tells which address it would send from."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address: str = probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"
    return address


def _welcome(stack: Stack, *, lan: bool) -> None:
    narrate(f"\n  {stack.url}\n")
    if lan:
        segno.make(stack.url).terminal(compact=True)
        narrate("Everyone in the same network can now reach this page, and photos travel unencrypted: use it only in a network you trust.\n")
    narrate(f"Inbox of this machine, for sign-in codes and reminders: {stack.env['WECHAT_URL']}/")
    if stack.demo_logins:
        narrate(stack.demo_logins)
    narrate("Ctrl-C stops everything; data is kept.")


def _repeat_codes(log: Path) -> None:
    """Until interrupted, show on this console the sign-in codes that the web server prints into its log."""
    with log.open(errors="replace") as lines:
        lines.seek(0, os.SEEK_END)
        while True:
            line = lines.readline()
            if line.startswith(CODE):
                narrate(line.strip())
            elif not line:
                time.sleep(0.5)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(explained(run))
