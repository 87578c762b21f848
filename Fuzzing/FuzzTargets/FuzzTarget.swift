import Foundation
import Helios
import HeliosTensorBoard
import Torch
import TorchSerialization

/// What untrusted bytes are read as.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// The whole of a file of `torch.save`, in the zip container.
    case torchFile = "torch-file"
    /// The whole of a file in the container of PyTorch before 1.6.
    case legacyFile = "legacy-file"
    /// The pickle inside such a file, on its own.
    case pickle
    /// The whole of a safetensors file.
    case safetensors
    /// An index of several safetensors files, with the files.
    case shardIndex = "shard-index"
    /// The log of a run, as JSON lines and as a table.
    case runLog = "run-log"
    /// The events of a run for TensorBoard, as a run reads them that adds to them.
    case eventsFile = "events-file"
    /// The whole of a JPEG.
    case jpeg
    /// The whole of a PNG.
    case png
    /// The whole of a WebP.
    case webp
    /// Arrays of NumPy, one or several in an archive.
    case array
    /// An array in the format of MNIST, plain or packed by gzip.
    case idx
    /// Images with labels in the formats of CIFAR-10 and CIFAR-100, and the names of classes.
    case cifar
    /// A table in CSV, as numbers and as a list of files.
    case table
    /// JSON lines, as records and as a list of files.
    case jsonLines = "json-lines"
    /// A tokenizer.json, and tokens that it makes.
    case tokenizer
    /// A tar archive of samples, plain or packed by gzip.
    case shard

    /// Reads the bytes, and all that came of them. What they may end in is an error; anything else is a fault.
    public func run(_ bytes: [UInt8], _ folder: ScratchFolder) throws {
        switch self {
        case .pickle: _ = try PickleBytes.read(bytes)
        case .torchFile, .legacyFile:
            let url = try folder.write(bytes)
            try FuzzTarget.touch(TorchFile.load(url))
            // The other way to the same values.
            let file = try OpenTorchFile(url)
            try FuzzTarget.touch(file.read(file.value))
            try file.verify()
        case .safetensors:
            let file = try OpenSafetensorsFile(folder.write(bytes))
            try FuzzTarget.touch(.dictionary(file.load()))
            // The other way to the same elements.
            for name in file.names { try FuzzTarget.touch(.tensor(file.mappedTensor(name))) }
        case .shardIndex:
            let index = try ShardSet(bytes).write(folder)
            let isWhole = try ShardedSafetensorsCheck(index).isWhole
            let loaded = Result { try ShardedSafetensorsFile.load(index) }
            // Neither may take for whole what the other does not.
            precondition(isWhole == ((try? loaded.get()) != nil), "loading and checking do not agree")
            try FuzzTarget.touch(.dictionary(loaded.get()))
            let file = try OpenShardedSafetensorsFile(index)
            for name in file.names { try FuzzTarget.touch(.tensor(file.mappedTensor(name))) }
        case .array: try DataTarget.array(bytes, folder)
        case .idx: try DataTarget.idx(bytes, folder)
        case .cifar: try DataTarget.cifar(bytes, folder)
        case .table: try DataTarget.table(bytes, folder)
        case .jsonLines: try DataTarget.jsonLines(bytes, folder)
        case .tokenizer: try DataTarget.tokenizer(bytes, folder)
        case .shard: try DataTarget.shard(bytes, folder)
        case .runLog:
            let path = try folder.write(bytes).path
            var (lines, table) = (LoggedHistory(), LoggedHistory())
            try lines.readJSONLines(path)
            try table.readCSV(path)
            for history in [lines, table] { FuzzTarget.touch(history) }
        case .jpeg, .png, .webp: try FuzzTarget.readImage(bytes)
        case .eventsFile:
            try FuzzTarget.readEvents(folder.write(bytes).path)
            // Nothing else gets past the checksums: the first record again, with the right ones.
            var record: [UInt8] = []
            record.appendRecord { $0 += bytes.dropFirst(12).dropLast(4) }
            let path = try folder.write(record).path
            try FuzzTarget.readEvents(path)
            try FuzzTarget.requireSame(SessionRecords(contentsOf: path), in: folder)
        }
    }

    private static func readEvents(_ path: String) throws {
        let contents = try EventsFileContents(path, upTo: .max)
        // What is there up to the end of the last whole record is all that there is.
        let again = try EventsFileContents(path, upTo: contents.length)
        precondition(again.length == contents.length && again.charts == contents.charts, "two reads do not agree")
    }

    /// Ends the process if hyperparameters are not found again in the file that is made of them.
    private static func requireSame(_ session: SessionRecords, in folder: ScratchFolder) throws {
        let copy = try SessionRecords(contentsOf: folder.write(session.fileContents(), to: "copy").path)
        // A number that is not one equals no other.
        precondition(copy.values.keys == session.values.keys, "hyperparameters are lost")
    }

    /// Makes of a log what a report shows.
    private static func touch(_ history: LoggedHistory) {
        for curve in history.curves.values {
            let points = curve.buckets(atMost: 7).reduce(0) { $0 + $1.count }
            precondition(points == curve.count, "points of a curve are lost")
        }
        for matrix in history.confusions.values.flatMap(\.elements) {
            let size = matrix.value.classes.count
            precondition(matrix.value.counts.count == size * size, "a confusion matrix is not square")
        }
        for bins in history.histograms.values.flatMap(\.elements) {
            precondition(bins.value.edges.count == bins.value.counts.count + 1, "a histogram lacks an edge")
        }
    }

    /// Reads every element, so that a tensor that looks beyond its memory is seen.
    private static func touch(_ value: StateValue) throws {
        switch value {
        case .tensor(let tensor): try touch(tensor)
        case .list(let elements), .tuple(let elements), .set(let elements):
            for element in elements { try touch(element) }
        case .dictionary(let state):
            for (_, element) in state { try touch(element) }
            for (_, element) in state.attributes { try touch(element) }
        default: break
        }
    }

    private static func touch(_ tensor: Tensor) throws {
        requireInside(tensor)
        // A few bytes can be repeated to any size; no one can read that, and no one has to.
        guard tensor.count < 1 << 16 else { return }
        _ = try tensor.clone()
    }

    /// Ends the process if a tensor reaches beyond its memory. The sanitizer does not see all of that, since libtorch,
    /// which does the reading, is built without it.
    private static func requireInside(_ tensor: Tensor) {
        guard let memory = TensorMemory(of: tensor), let size = tensor.dtype.byteCount, tensor.count > 0 else { return }
        // Not by the reader's own arithmetic, which is what is tried here. An overflow ends the process as well.
        let last = zip(tensor.shape, tensor.strides).reduce(TensorMemory.offset(of: tensor)) { $0 + ($1.0 - 1) * $1.1 }
        precondition(last >= 0 && (last + 1) * size <= memory.byteCount, "a tensor looks beyond its memory")
    }
}
