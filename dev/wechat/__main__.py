"""`python -m dev.wechat --port P`: the local WeChat platform until it is told to stop."""

import argparse
import os
import signal
import sys
from pathlib import Path

from dev.layout import VAR_DIR
from dev.wechat.platform import Platform
from dev.wechat.server import Place, Server
from dev.wechat.store import Store


def main() -> None:
    """Serve on the given loopback port; the inbox lies in VAR_DIR/wechat."""
    asked = argparse.ArgumentParser(prog="python -m dev.wechat", description=__doc__)
    asked.add_argument("--port", type=int, default=int(os.environ.get("WECHAT_PORT", "8099")))
    asked.add_argument("--var", type=Path, default=Path(os.environ.get("VAR_DIR", VAR_DIR)))
    chosen = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    platform = Platform(
        Store(chosen.var / "wechat" / "inbox.sqlite3"),
        appid=os.environ.get("WECHAT_APPID", "demo-appid"),
        secret=os.environ.get("WECHAT_SECRET", "demo-secret"),
    )
    place = Place(service_url=os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000"), zone=os.environ.get("PATIENT_ZONE", "Asia/Shanghai"))
    try:
        Server(chosen.port, platform, place).serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
