"""Opens pages of TensorBoard in a headless Chromium, and prints what they show, as JSON:
show_in_tensorboard.py <folder of the runs> [<folder for screenshots>].

It needs the package tensorboard, see open_events.py.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests/Fixtures"))

from browser import ALL, Browser, end_with_parent

runs = sys.argv[1]
screenshots = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None


def start(log):
    """TensorBoard, and its address."""
    folders = [os.environ.get("HELIOS_TENSORBOARD"), str(ROOT / ".libtorch/python"), os.environ.get("PYTHONPATH")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, folders))}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tensorboard.main", "--logdir", runs, "--port", "0", "--load_fast",
         "false"],
        env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent)
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        log.seek(0)
        address = re.search(r"http://\S+:\d+", log.read())
        if address:
            return process, address.group()
        time.sleep(0.1)
    process.kill()
    process.wait()
    log.seek(0)
    raise RuntimeError(f"TensorBoard does not start: {log.read()}")


# How many shapes of a class each chart of a kind has.
COUNT = """all('{chart}').map(chart =>
    all('path.{shape}', chart.shadowRoot).filter(path => path.getAttribute('d')).length)"""
LINES = COUNT.format(chart="vz-line-chart2", shape="line")
HAS_LINES = f"{LINES}.length && Math.min(...{LINES}) > 0"
OPEN = "all('tf-category-paginated-view').forEach(group => { group.opened = true; })"
# What is printed under which name: the page, what is read of it as which name, and when it is there.
PAGES = {
    "scalars": ("scalars", "curves", LINES, HAS_LINES),
    "images": ("images", "sizes", "all('img').map(image => [image.naturalWidth, image.naturalHeight])",
               "all('img').length && all('img').every(image => image.naturalWidth)"),
    "histograms": ("histograms", "shapes", COUNT.format(chart="vz-histogram-timeseries", shape="outline"),
                   "all('path.outline').length"),
    "hyperparameters": ("hparams", "cells", "all('vaadin-grid-cell-content').map(cell => cell.textContent.trim())",
                        "all('vaadin-grid-cell-content').some(cell => cell.textContent.trim() == 'run')"),
    "texts": ("text", "count", "all('tf-text-loader').length", "all('table').length"),
    "charts": ("custom_scalars", "curves", LINES, HAS_LINES),
    "curves": ("pr_curves", "curves", LINES, HAS_LINES),
    "graph": ("graphs", "nodes", "all('g.node text').map(text => text.firstChild.textContent)",
              "all('g.node text').length"),
}

result = {}
with tempfile.TemporaryFile("w+") as log:
    board, address = start(log)
    try:
        with Browser(height=1600) as browser:
            for name, (page, key, shown, ready) in PAGES.items():
                browser.open(f"{address}/#{page}")
                browser.wait(f"{ALL} !!({ready})")
                # Of several groups, the last are closed.
                browser.evaluate(ALL + OPEN)
                # Some charts and pictures come later than others.
                time.sleep(2)
                browser.wait(f"{ALL} !!({ready})")
                result[name] = {"text": browser.text(), key: browser.evaluate(f"{ALL} {shown}")}
                if screenshots:
                    browser.screenshot(screenshots / f"{name}.png")
            if screenshots:
                # The page is a frame of its own, which scripts do not look into.
                browser.open(f"{address}/#projector")
                time.sleep(10)
                browser.screenshot(screenshots / "embeddings.png")
            with urllib.request.urlopen(f"{address}/data/runs") as answer:
                result["runs"] = json.load(answer)
    finally:
        board.kill()
        board.wait()
print(json.dumps(result))
