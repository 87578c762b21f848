"""A headless Chromium that other scripts open pages in, over a pipe: it ends with the script that started it."""

import base64
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# The text of a page, with that inside of shadow roots, which `innerText` leaves out.
TEXT = """(function text(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (['SCRIPT', 'STYLE', 'TEMPLATE'].includes(node.nodeName)) return '';
    return [node.shadowRoot, ...node.childNodes].filter(Boolean).map(text).join(' ');
})(document.body).replace(/\\s+/g, ' ')"""

# All elements of a page that a CSS selector names, inside of shadow roots, too.
ALL = """function all(selector, root = document) {
    return [...root.querySelectorAll('*')].flatMap(element => [
        ...(element.matches(selector) ? [element] : []),
        ...(element.shadowRoot ? all(selector, element.shadowRoot) : [])]);
}; """


def program():
    """The path of Chromium; None if there is none."""
    return next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)


def end_with_parent():
    """Lets the system end a new process if this one ends, however that happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Browser:
    def __init__(self, width=1400, height=1000):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        (command_end, self.output), (self.input, answer_end) = os.pipe(), os.pipe()

        def set_up():
            end_with_parent()
            # Chromium reads commands from 3 and answers to 4. Through other numbers, since one may be the other's.
            read, write = os.dup2(command_end, 100), os.dup2(answer_end, 101)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [program(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--remote-debugging-pipe", f"--user-data-dir={self.folder.name}", f"--window-size={width},{height}",
             "about:blank"],
            preexec_fn=set_up, close_fds=False, start_new_session=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(command_end)
        os.close(answer_end)
        self.count, self.unread, self.session = 0, b"", None
        target = next(
            target for target in self.call("Target.getTargets")["targetInfos"] if target["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.input)
        os.close(self.output)
        self.folder.cleanup()

    def call(self, method, seconds=30, **parameters):
        """The answer to a command of the DevTools protocol."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + seconds
        while True:
            *messages, self.unread = self.unread.split(b"\0")
            answers = [json.loads(message) for message in messages]
            for answer in answers:
                if answer.get("id") == self.count:
                    if "error" in answer:
                        raise RuntimeError(f"{method}: {answer['error']}")
                    return answer["result"]
            if not select.select([self.input], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError(f"{method} has no answer after {seconds} s")
            part = os.read(self.input, 1 << 20)
            if not part:
                raise RuntimeError("Chromium ended")
            self.unread += part

    def open(self, url):
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, condition, seconds=60):
        """Waits until a script is true; an error if it never is."""
        end = time.monotonic() + seconds
        while not self.evaluate(condition):
            if time.monotonic() > end:
                raise TimeoutError(f"never true: {condition}; the page says: {self.text()[:3000]}")
            time.sleep(0.2)

    def text(self):
        return self.evaluate(TEXT)

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
