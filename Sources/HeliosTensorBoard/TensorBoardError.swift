import Foundation
import Helios
import Torch
import TorchSerialization

/// What cannot be shown in TensorBoard, or a file that cannot be read or written.
public struct TensorBoardError: DescribedError, Equatable {
    /// Why, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    static func cannotRead(_ path: String, _ error: any Error) -> TensorBoardError {
        TensorBoardError("\(VisibleText.of(path)) cannot be read: \(reason(error))")
    }

    static func cannotWrite(_ path: String, _ error: any Error) -> TensorBoardError {
        TensorBoardError("\(VisibleText.of(path)) cannot be written: \(reason(error))")
    }

    private static func reason(_ error: any Error) -> String {
        (error as? FileAccessError)?.reason ?? error.localizedDescription
    }
}
