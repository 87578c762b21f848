import Foundation
import Helios

/// A program of a Swift package, built to be carried to another machine.
struct PackageBuild {
    /// The path of the built program.
    let program: String

    /// Builds it in release, with the Swift runtime in the program itself.
    ///
    /// - Parameters:
    ///   - product: its name; `nil` if the package has only one program.
    ///   - package: the folder of the package.
    ///   - scratchPath: the folder to build in; the package's own if `nil`.
    /// - Throws: `CommandError` if there is no such package or program, or if it does not build.
    init(_ product: String?, package: String, scratchPath: String?) throws {
        guard FileManager.default.fileExists(atPath: package + "/Package.swift") else {
            throw CommandError("\(package): there is no Package.swift; --package-path names the folder of the package")
        }
        let place = ["--package-path", package] + (scratchPath.map { ["--scratch-path", $0] } ?? [])
        let product = try Self.choose(product, package, place)
        let arguments =
            ["build", "--configuration", "release", "--static-swift-stdlib", "--product", product] + place
        guard try Self.swift(arguments).status == 0 else { throw CommandError("\(product) does not build: see above") }
        let folder = try Self.swift(arguments + ["--show-bin-path"], captures: true)
        guard folder.status == 0 else { throw CommandError("swift build does not say where it puts what it builds") }
        program = folder.text.firstLine + "/" + product
    }

    private static func choose(_ product: String?, _ package: String, _ place: [String]) throws -> String {
        let description = try swift(
            ["package"] + place + ["describe", "--type", "json"], captures: true)
        guard description.status == 0,
            let contents = try? JSONDecoder().decode(Description.self, from: Data(description.text.utf8))
        else { throw CommandError("\(package): swift package describe fails: see above") }
        let programs = contents.products.filter { $0.type["executable"] != nil }.map(\.name).sorted()
        guard !programs.isEmpty else { throw CommandError("\(package): the package has no program") }
        if let product {
            guard programs.contains(product) else {
                throw CommandError(
                    "\(package): the package has no program named \(product), but \(programs.joined(separator: ", "))")
            }
            return product
        }
        guard let only = programs.first, programs.count == 1 else {
            throw CommandError(
                "\(package): name one of the programs of the package: \(programs.joined(separator: ", "))")
        }
        return only
    }

    private static func swift(_ arguments: [String], captures: Bool = false) throws -> (status: Int32, text: String) {
        let run = try Subprogram.run("/usr/bin/env", ["swift"] + arguments, captures: captures)
        // What `env` says of a program that is not there.
        guard run.status != 127 else { throw CommandError("there is no `swift` on the path: install Swift first") }
        return run
    }

    private struct Description: Decodable {
        struct Product: Decodable {
            let name: String
            let type: [String: Value?]
        }
        /// Whatever describes a kind of product.
        struct Value: Decodable {
            init(from decoder: any Decoder) {}
        }
        let products: [Product]
    }
}
