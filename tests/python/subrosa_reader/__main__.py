"""python -m subrosa_reader vectors FOLDER | send SERVER FOLDER | receive LINK FOLDER | push SERVER | reveal LINK

A password comes by the variable PASSWORD, what is pushed as JSON by standard input.
"""

import json
import os
import sys

from . import client, token, vectors


def main(command, *args):
    password = os.environ.get("PASSWORD", "")
    if command == "vectors":
        passed, failed = vectors.run_all(*args)
        print(f"{passed} passed, {failed} failed")
        return failed > 0 or passed == 0
    kinds = {"receive": token.SHARE_LINK, "reveal": token.PUSH_LINK}
    origin = token.origin(args[0], kinds[command]) if command in kinds else args[0]
    server = client.Server(origin)
    if command == "send":
        print(client.send(server, args[1], password, note="a note"))
    elif command == "receive":
        print(json.dumps(client.receive(server, args[0], args[1], password)))
    elif command == "push":
        print(client.make_push(server, json.load(sys.stdin), password, sender="Python"))
    elif command == "reveal":
        print(json.dumps(client.reveal(server, args[0], password)))
    return 0


sys.exit(main(*sys.argv[1:]))
