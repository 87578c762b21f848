"""Logs to Weights & Biases."""

# W&B numbers its rows itself and refuses a row with a lower number than the last one, so the step of a record is a
# column.
STEP = "trainer/step"
# The number of the record, by which a resumed run finds out which ones are there already.
RECORD = "trainer/record"
RESERVED = {STEP, RECORD, "_step", "_timestamp", "_runtime", "_wandb"}
GREATEST_BIN_COUNT = 512
GREATEST_ROW_COUNT = 10_000


def history_rows(path):
    """The rows of a W&B file, up to the first damage. It has records in blocks of 32 KiB, like a LevelDB log."""
    from wandb.proto import wandb_internal_pb2

    with open(path, "rb") as file:
        file.seek(7)
        parts, offset = [], 7
        while True:
            left = 32_768 - offset % 32_768
            if left < 7:
                file.seek(left, os.SEEK_CUR)
                offset += left
            header = file.read(7)
            if len(header) < 7:
                return
            length, kind = int.from_bytes(header[4:6], "little"), header[6]
            part = file.read(length)
            if len(part) < length or not 1 <= kind <= 4:
                return
            offset += 7 + length
            if kind in (1, 2):
                parts = []
            parts.append(part)
            if kind in (1, 4):
                record = wandb_internal_pb2.Record()
                record.ParseFromString(b"".join(parts))
                if record.HasField("history"):
                    yield {item.key or "/".join(item.nested_key): item.value_json for item in record.history.item}


class WandbRun:
    def __init__(self, options):
        wait_for_turn(**options["turn"])
        self.wandb = wandb = load("wandb")
        be_quiet()
        self.id = options["run_id"]
        earlier_files = self.earlier_files(options["folder"])
        try:
            self.run = wandb.init(
                id=self.id, resume="allow", dir=options["folder"],
                settings=wandb.Settings(console="off", silent=True),
                **{name: options[name] for name in ("project", "name", "mode", "config")}, **options["arguments"])
        except Exception as error:
            advice = "" if options["mode"] == "offline" else " (`wandb login` sets the key; mode: .offline needs none)"
            raise Failure(f"W&B cannot begin the run: {describe(error)}{advice}")
        for name in (STEP, RECORD):
            self.run.define_metric(name, hidden=True)
        self.run.define_metric("*", step_metric=STEP)
        self.row = {}
        self.last = -1
        if options["start"] == "resumed":
            self.find_last(options, earlier_files)

    def earlier_files(self, folder):
        """The files of this run that earlier programs have written, the newest first."""
        root = os.path.join(folder, "wandb")
        names = sorted(os.listdir(root), reverse=True) if os.path.isdir(root) else []
        paths = [os.path.join(root, name, f"run-{self.id}.wandb") for name in names if name.endswith(f"-{self.id}")]
        return [path for path in paths if os.path.isfile(path)]

    def find_last(self, options, earlier_files):
        """Finds the number of the last record that W&B has already."""
        self.last = int(self.run.summary.get(RECORD, -1))
        if options["mode"] == "offline":
            try:
                for path in earlier_files:
                    numbers = [int(json.loads(row[RECORD])) for row in history_rows(path) if RECORD in row]
                    if numbers:
                        self.last = max(numbers)
                        break
            except Exception as error:
                warn(
                    "the files of this version of W&B cannot be read, so that what the stopped run logged after its "
                    f"last checkpoint may be there twice: {describe(error)}")
        repeated = self.last + 1 - options["number"]
        if repeated > 0:
            warn(
                f"W&B takes nothing back: the {repeated} records that the stopped run logged after this checkpoint "
                "stay, and this one, which repeats them, does not log them again")
        elif repeated < 0:
            warn(f"{-repeated} records that the stopped run logged before this checkpoint did not reach W&B")

    def log(self, record):
        number = record.get("number")
        if number is not None and number <= self.last:
            return
        columns = self.columns(record)
        reserved = RESERVED.intersection(columns)
        if reserved:
            raise ValueError(f"{reserved.pop()} is a name that W&B or Helios uses itself: log it under another")
        if self.row and (self.row[STEP] != record["step"] or any(name in self.row for name in columns)):
            self.write()
        self.row.update(columns)
        self.row.update({STEP: record["step"], "_timestamp": record["time"]})
        if number is not None:
            self.row[RECORD] = number

    def write(self):
        row, self.row = self.row, {}
        if row:
            self.run.log(row)

    def close(self, is_whole):
        self.run.finish(exit_code=0 if is_whole else 1)

    def columns(self, record):
        """What a record is in a row: columns by name."""
        name, wandb = record["name"], self.wandb
        columns = {name: float(value) for name, value in record.get("points", [])}
        if "images" in record:
            columns[name] = [self.image(text) for text in record["images"]]
        elif "text" in record:
            escaped = record["text"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            columns[name] = wandb.Html(f'<pre style="white-space: pre-wrap">{escaped}</pre>', inject=False)
        elif "histogram" in record:
            columns[name] = wandb.Histogram(np_histogram=self.bins(**record["histogram"]))
        elif "hyperparameters" in record:
            self.run.config.update(record["hyperparameters"], allow_val_change=True)
        elif "precision_recall" in record:
            curve = record["precision_recall"]
            rows = [["positive", *row] for row in zip(curve["recall"], curve["precision"])]
            table = wandb.Table(columns=["class", "recall", "precision"], data=rows)
            columns[name] = wandb.plot_table(
                "wandb/area-under-curve/v0", table, {"x": "recall", "y": "precision", "class": "class"},
                {"title": name, "x-axis-title": "Recall", "y-axis-title": "Precision"})
        elif "confusion" in record:
            columns[name] = self.confusion(name, **record["confusion"])
        elif "embedding" in record:
            columns[name] = self.embedding(name, **record["embedding"])
        return columns

    def image(self, text):
        try:
            from PIL import Image
        except ImportError:
            raise ValueError("images need Pillow: `pip install pillow`")
        picture = Image.open(io.BytesIO(base64.b64decode(text)))
        picture.load()
        return self.wandb.Image(picture)

    def bins(self, edges, counts):
        """As many bins as W&B takes: several are one."""
        width = -(-len(counts) // GREATEST_BIN_COUNT)
        edges = [float(edge) for edge in edges]
        return (
            [sum(counts[start:start + width]) for start in range(0, len(counts), width)],
            edges[:-1:width] + edges[-1:],
        )

    def confusion(self, name, classes, counts):
        rows = [
            [actual, predicted, float(counts[row * len(classes) + column])]
            for row, actual in enumerate(classes) for column, predicted in enumerate(classes)
        ]
        table = self.wandb.Table(columns=["Actual", "Predicted", "nPredictions"], data=self.first(rows, name))
        fields = {name: name for name in table.columns}
        return self.wandb.plot_table("wandb/confusion_matrix/v1", table, fields, {"title": name})

    def embedding(self, name, points, labels, images):
        dimensions = [f"dimension {index}" for index in range(len(points[0]))]
        rows = [[float(value) for value in point] for point in points]
        columns = dimensions
        if images:
            columns = ["image", *columns]
            rows = [[self.image(image), *row] for image, row in zip(images[:GREATEST_ROW_COUNT], rows)]
        if labels:
            columns = ["label", *columns]
            rows = [[label, *row] for label, row in zip(labels, rows)]
        return self.wandb.Table(columns=columns, data=self.first(rows, name, len(points)))

    def first(self, rows, name, count=None):
        count = count or len(rows)
        if count > GREATEST_ROW_COUNT:
            warn(f"W&B shows {GREATEST_ROW_COUNT} rows of a table: the others of '{name}' are left out")
        return rows[:GREATEST_ROW_COUNT]


converse(WandbRun)
