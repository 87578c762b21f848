import Foundation

/// Finds the file of a trained network by Python Helios' convention: in the folder `cifar`, the network `resnet-50` is in
/// the file whose name contains `cifar_resnet-50_` and ends with `.pth`.
///
/// - Parameters:
///   - folder: the folder that contains the file. Its folders are not searched.
///   - name: the name of the network.
/// - Throws: `ConfigurationError` if there is no such file, or more than one; Python Helios returns any of them.
public func findPretrainedFile(in folder: URL, named name: String) throws -> URL {
    let part = "\(folder.standardizedFileURL.deletingPathExtension().lastPathComponent)_\(name)_"
    let files: [URL]
    do {
        files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    } catch {
        throw ConfigurationError("\(folder.path): the folder cannot be read: \(error.localizedDescription)")
    }
    let found = files.filter { $0.pathExtension == "pth" && $0.lastPathComponent.contains(part) }
    guard let file = found.first else {
        throw ConfigurationError(
            "\(folder.path) has no trained network '\(name)': a file with '\(part)' in its name that ends with .pth")
    }
    guard found.count == 1 else {
        let names = found.map(\.lastPathComponent).sorted().joined(separator: ", ")
        throw ConfigurationError("\(folder.path) has several trained networks '\(name)': \(names)")
    }
    return file
}
