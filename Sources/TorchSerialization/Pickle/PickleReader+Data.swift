import Torch

// Data of Python itself for which a pickle has a call instead of an instruction.

extension PickleReader {
    /// `OrderedDict()`, which is filled later, or `OrderedDict([[key, value], …])` of Python 2.
    mutating func orderedDictionary(_ arguments: [Reference]) throws -> PickleGraph.Node {
        var entries = PickleGraph.Entries(kind: .ordered)
        guard let pairs = arguments.first else { return .dictionary(entries) }
        guard arguments.count == 1, case .list(let pairs) = graph.nodes[pairs] else {
            throw misuse(of: .orderedDict)
        }
        try spend(pairs.count)
        for pair in pairs {
            switch graph.nodes[pair] {
            case .list(let elements) where elements.count == 2, .tuple(let elements) where elements.count == 2:
                entries.elements += elements
            default: throw misuse(of: .orderedDict)
            }
        }
        return .dictionary(entries)
    }

    /// `encode(text, "latin1")`, which is how protocol 2 writes bytes.
    mutating func encode(_ arguments: [Reference]) throws -> PickleGraph.Node {
        guard arguments.count == 2, case .string(let text) = graph.nodes[arguments[0]],
            case .string(let encoding) = graph.nodes[arguments[1]], ["latin1", "latin-1"].contains(encoding)
        else { throw misuse(of: .encode) }
        try spend(text.utf8.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { throw misuse(of: .encode) }
            bytes.append(byte)
        }
        return .bytes(bytes)
    }

    /// `bytes()`, `bytearray()`, `bytearray(bytes)` or `bytearray(text, "latin-1")`.
    mutating func bytes(_ global: PickleGlobal, _ arguments: [Reference]) throws -> PickleGraph.Node {
        switch arguments.count {
        case 0: return .bytes([])
        case 1:
            guard case .bytes = graph.nodes[arguments[0]] else { throw misuse(of: global) }
            return graph.nodes[arguments[0]]
        default: return try encode(arguments)
        }
    }

    /// `torch.device(kind)` or `torch.device(kind, index)`.
    func device(_ arguments: [Reference]) throws -> PickleGraph.Node {
        guard (1...2).contains(arguments.count), case .string(let kind) = graph.nodes[arguments[0]],
            kind.utf8.count <= 32
        else { throw misuse(of: .device) }
        guard arguments.count == 2 else { return .device(kind) }
        guard case .int(let index) = graph.nodes[arguments[1]] else { throw misuse(of: .device) }
        return .device("\(kind):\(index)")
    }

    /// A path of `pathlib` as text: its joined parts, the first of which may be the root.
    mutating func path(_ global: PickleGlobal, _ arguments: [Reference]) throws -> PickleGraph.Node {
        let separator = global.name.hasSuffix("WindowsPath") ? "\\" : "/"
        var path = ""
        for argument in arguments {
            guard case .string(let part) = graph.nodes[argument] else { throw misuse(of: global) }
            try spend(part.utf8.count + 1)
            if part.hasPrefix(separator) {
                path = ""  // Python lets an absolute part replace what stands before it
            } else if !path.isEmpty, !path.hasSuffix(separator) {
                path += separator
            }
            path += part
        }
        return .string(path.isEmpty ? "." : path)
    }
}

extension PickleGlobal {
    /// Whether this is a class of paths.
    var isPath: Bool {
        module == "pathlib"
            && ["PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path", "PurePath"].contains(name)
    }
}

// Checkpoints of Python Helios hold a few objects of its own classes. They are read as the data that is in them:
// - `helios.trainer.TrainingState`, from 1.1 on, as the dictionary that 1.0 wrote in its place: `current_iteration`,
//   `global_iteration`, `global_epoch`, `validation_cycles`, `dataset_iter`, `early_stop_count`, `average_iter_time`
//   and `running_iter`.
// - The enumerations whose members are the keys of the checkpoint and of the model's state, from 2.0 on, as the strings
//   that they are in Python too: `version`, `training_state`, `model`, `rng`, `loggers`, `datamodule`; `user`,
//   `amp_scaler`.
// - Paths as strings: `log_path` and `run_path` of 1.x, those in `loggers` of 2.x.

extension PickleReader {
    /// A member of a string enumeration: `_CheckpointKeys("version")`.
    func heliosKey(_ global: PickleGlobal, _ arguments: [Reference]) throws -> PickleGraph.Node {
        guard arguments.count == 1, case .string = graph.nodes[arguments[0]] else { throw misuse(of: global) }
        return graph.nodes[arguments[0]]
    }
}

extension PickleGlobal {
    /// Whether this is the class of Python Helios that holds a training's counters.
    var isHeliosState: Bool {
        module == "helios.trainer" && name == "TrainingState"
    }

    /// Whether this is a class of Python Helios whose members are a checkpoint's keys.
    var isHeliosKey: Bool {
        module == "helios.trainer" && name == "_CheckpointKeys"
            || module == "helios.model.model" && name == "_InternalStateKeys"
    }
}
