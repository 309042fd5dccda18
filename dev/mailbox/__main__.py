"""python -m dev.mailbox [--smtp-port 8025] [--port 8026] [--folder var/demo-mail]"""

import argparse
import logging
import signal
import sys
from pathlib import Path
from types import FrameType

from werkzeug.serving import make_server

from dev.mailbox.pages import create_app
from dev.mailbox.server import Mailbox


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev.mailbox", description="A local mailbox and its page.")
    parser.add_argument("--smtp-port", type=int, default=8025)
    parser.add_argument("--port", type=int, default=8026, help="of the page")
    parser.add_argument("--folder", type=Path, default=Path("var/demo-mail"))
    parser.add_argument("--product", default="", help="address that the page leads back to")
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, _leave)
    try:
        with Mailbox(options.folder.absolute(), port=options.smtp_port):
            app = create_app(options.folder.absolute(), product_address=options.product)
            print(f"Letters to 127.0.0.1:{options.smtp_port} are read at http://127.0.0.1:{options.port}")
            make_server("127.0.0.1", options.port, app, threaded=True).serve_forever()
    except KeyboardInterrupt:
        pass
    except OSError as taken:
        sys.exit(f"The mailbox cannot listen: {taken.strerror}. Choose others: --smtp-port, --port.")


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
