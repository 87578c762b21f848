"""Prints what TensorBoard's own reader finds in the folder of a run, as JSON: open_events.py <folder>.

It needs the package tensorboard: in .libtorch/python, which scripts/test fills, in the folder that HELIOS_TENSORBOARD names, or
installed.
"""

import base64
import io
import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path += filter(None, [os.environ.get("HELIOS_TENSORBOARD"), str(ROOT / ".libtorch/python")])

from PIL import Image
from tensorboard.backend.event_processing import event_accumulator, event_file_loader
from tensorboard.compat.proto import graph_pb2
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams import metadata as hparams
from tensorboard.plugins.pr_curve import metadata as pr_curves
from tensorboard.plugins.projector import projector_config_pb2
from tensorboard.util import tensor_util
from google.protobuf import json_format, text_format

folder = pathlib.Path(sys.argv[1])


def number(value):
    """JSON has no infinities."""
    return value if value == value and abs(value) != float("inf") else str(value)


def image(event):
    picture = Image.open(io.BytesIO(event.encoded_image_string))
    picture.load()
    return {
        "step": event.step, "width": event.width, "height": event.height, "size": list(picture.size),
        "mode": picture.mode, "pixels": base64.b64encode(picture.tobytes()).decode(),
    }


accumulator = event_accumulator.EventAccumulator(
    str(folder), size_guidance={kind: 0 for kind in event_accumulator.DEFAULT_SIZE_GUIDANCE}, purge_orphaned_data=False)
accumulator.Reload()
tags = accumulator.Tags()
result = {
    "scalars": {
        tag: [[event.step, number(event.value), event.wall_time] for event in accumulator.Scalars(tag)]
        for tag in tags["scalars"]
    },
    "images": {tag: [image(event) for event in accumulator.Images(tag)] for tag in tags["images"]},
    "histograms": {
        tag: [
            {
                "step": event.step, "limits": list(event.histogram_value.bucket_limit),
                "counts": list(event.histogram_value.bucket),
                "summary": [getattr(event.histogram_value, name) for name in ["min", "max", "num", "sum", "sum_squares"]],
            }
            for event in accumulator.Histograms(tag)
        ]
        for tag in tags["histograms"]
    },
    "texts": {}, "curves": {}, "charts": [], "hyperparameters": {}, "ended": False, "graph": [], "embeddings": [],
    "pictureTexts": {},
}
for tag in tags["tensors"]:
    metadata = accumulator.SummaryMetadata(tag)
    plugin, content = metadata.plugin_data.plugin_name, metadata.plugin_data.content
    events = accumulator.Tensors(tag)
    if plugin == "text":
        result["texts"][tag] = [
            [event.step, tensor_util.make_ndarray(event.tensor_proto).tolist()[0].decode()] for event in events
        ]
    elif plugin == "pr_curves":
        count = pr_curves.parse_plugin_metadata(content).num_thresholds
        curves = [tensor_util.make_ndarray(event.tensor_proto) for event in events]
        assert all(curve.shape == (6, count) for curve in curves)
        result["curves"][tag] = [curve.tolist() for curve in curves]
    elif plugin == "custom_scalars":
        layout = layout_pb2.Layout.FromString(tensor_util.make_ndarray(events[-1].tensor_proto).item())
        result["charts"] = [
            [chart.title, *chart.multiline.tag] for category in layout.category for chart in category.chart
        ]
    elif tag == hparams.SESSION_START_INFO_TAG:
        info = hparams.parse_session_start_info_plugin_data(content)
        result["hyperparameters"] = {name: json_format.MessageToDict(value) for name, value in info.hparams.items()}
    elif tag == hparams.SESSION_END_INFO_TAG:
        result["ended"] = hparams.parse_session_end_info_plugin_data(content).end_time_secs > 0
for tag in tags["images"]:
    if tag in accumulator.summary_metadata:
        result["pictureTexts"][tag] = accumulator.SummaryMetadata(tag).summary_description
if tags["graph"]:
    graph = accumulator.Graph()
    assert isinstance(graph, graph_pb2.GraphDef)
    result["graph"] = [
        {
            "name": node.name, "operation": node.op, "inputs": list(node.input), "parameters": node.attr["parameters"].i,
            "module": node.attr["module"].s.decode(),
            "shapes": {
                name: [size.size for size in value.shape.dim]
                for name, value in node.attr.items() if value.HasField("shape")
            },
        }
        for node in graph.node
    ]
config = folder / "projector_config.pbtxt"
if config.exists():
    parsed = text_format.Parse(config.read_text(), projector_config_pb2.ProjectorConfig())
    for embedding in parsed.embeddings:
        rows = (folder / embedding.tensor_path).read_text().splitlines()
        entry = {
            "name": embedding.tensor_name, "points": [[float(value) for value in row.split("\t")] for row in rows],
            "labels": [], "picture": [], "pictureSize": list(embedding.sprite.single_image_dim),
        }
        if embedding.metadata_path:
            entry["labels"] = (folder / embedding.metadata_path).read_text().splitlines()
        if embedding.sprite.image_path:
            entry["picture"] = list(Image.open(folder / embedding.sprite.image_path).size)
        result["embeddings"].append(entry)

# The reader of single records, which checks every checksum.
loader = event_file_loader.RawEventFileLoader(str(folder / "events.out.tfevents.helios"))
result["recordCount"] = sum(1 for _ in loader.Load())
print(json.dumps(result))
