"""A technician's hand in the machine under test: runs shell commands that come through a virtio port.

It is in the test's image alone. A request is a line of JSON, a command; the answer is one with exit code and output.
"""

import json
import subprocess
import time
from pathlib import Path

PORT = Path("/dev/virtio-ports/hand")


def main() -> None:
    """Until the machine ends."""
    with PORT.open("r+b", buffering=0) as port:
        waiting = b""
        while True:
            read = port.read(65_536)
            if not read:  # nobody is connected on the other side yet
                time.sleep(0.2)
                continue
            waiting += read
            while b"\n" in waiting:
                line, waiting = waiting.split(b"\n", 1)
                done = subprocess.run(["sh", "-c", json.loads(line)], capture_output=True, check=False)
                output = (done.stdout + done.stderr).decode(errors="replace")
                answer = json.dumps({"code": done.returncode, "output": output}).encode() + b"\n"
                while answer:  # the port takes 32 KiB at a time
                    answer = answer[port.write(answer) :]


if __name__ == "__main__":
    main()
