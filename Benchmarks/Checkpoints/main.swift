import Foundation
import Helios
import Workloads

// Saves or loads once and prints the seconds that it took: compare_files.py calls this in turn with others.
//
//     Checkpoints (plain|parts|pth|safetensors) (save|load|map|open) FILE [MiB|resnet18]

let arguments = CommandLine.arguments
guard arguments.count >= 4 else {
    print("usage: Checkpoints (plain|parts|pth|safetensors) (save|load|map|open) FILE [MiB|resnet18]")
    exit(2)
}
let (format, action, file) = (arguments[1], arguments[2], URL(filePath: arguments[3]))
let size = arguments.count > 4 ? arguments[4] : "1024"

/// Those of a network, or of 16 MiB each, up to a number of MiB in all.
func parameters() throws -> StateDict {
    if let workload = Workload(rawValue: size) { return try workload.makeNetwork().stateDict() }
    let mebibytes = Int(size) ?? 1024
    var state = StateDict()
    for number in 0..<max(mebibytes / 16, 1) {
        state["layers.\(number).weight"] = .tensor(try Tensor.randn(2048, 2048))
    }
    return state
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

struct SystemError: Error {
    let number = errno
}

/// The same number of bytes, in writes of a limited size, and one fsync.
func writePlainly(_ parameters: [[Float]], partSize: Int = .max) throws {
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw SystemError() }
    defer { close(descriptor) }
    for parameter in parameters {
        try parameter.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest.prefix(partSize))
                guard write(descriptor, part.baseAddress, part.count) == part.count else { throw SystemError() }
                rest = rest.dropFirst(part.count)
            }
        }
    }
    guard fsync(descriptor) == 0 else { throw SystemError() }
}

/// Reads 16 MiB at a time into memory that is there already.
func readPlainly() throws {
    let descriptor = open(file.path, O_RDONLY)
    guard descriptor >= 0 else { throw SystemError() }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 16 << 20)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw SystemError() }
        if count == 0 { return }
    }
}

var result: StateDict?
let time: Double
switch (format, action) {
case ("pth", "save"):
    let state = try parameters()
    time = try seconds { try TorchFile.save(state, to: file) }
case ("safetensors", "save"):
    let state = try parameters()
    time = try seconds { try SafetensorsFile.save(state, to: file) }
case ("plain", "save"), ("parts", "save"):
    let state = try parameters()
    let arrays = try state.keys.map { try state.tensor($0).array(Float.self) }
    // Parts are as large as those that the library writes.
    time = try seconds { try writePlainly(arrays, partSize: format == "parts" ? 256 << 10 : .max) }
case ("pth", "load"): time = try seconds { result = try TorchFile.loadDictionary(file) }
case ("safetensors", "load"): time = try seconds { result = try SafetensorsFile.load(file) }
case ("plain", "load"), ("parts", "load"): time = try seconds { try readPlainly() }
case ("pth", "open"):
    time = try seconds {
        let opened = try OpenTorchFile(file)
        result = ["one": .tensor(try opened.read(opened.contents.tensor("layers.7.weight")))]
    }
case ("safetensors", "open"):
    time = try seconds { result = ["one": .tensor(try OpenSafetensorsFile(file).tensor("layers.7.weight"))] }
case ("safetensors", "map"):
    time = try seconds { result = ["one": .tensor(try OpenSafetensorsFile(file).mappedTensor("layers.7.weight"))] }
default:
    print("there is no \(format) \(action)")
    exit(2)
}
withExtendedLifetime(result) {}
print(time)
