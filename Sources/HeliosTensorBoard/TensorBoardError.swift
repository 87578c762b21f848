import Foundation
import Helios
import Torch
import TorchSerialization

/// What cannot be shown in TensorBoard, or a file that cannot be read or written.
public struct TensorBoardError: DescribedError, Equatable, DiskRoomError {
    /// Why, and what to do.
    public let description: String
    /// Whether the disk is full.
    package let isLackOfRoom: Bool

    init(_ description: String, isLackOfRoom: Bool = false) {
        self.description = description
        self.isLackOfRoom = isLackOfRoom
    }

    static func cannotRead(_ path: String, _ error: any Error) -> TensorBoardError {
        TensorBoardError("\(VisibleText.of(path)) cannot be read: \(reason(error))")
    }

    static func cannotWrite(_ path: String, _ error: any Error) -> TensorBoardError {
        TensorBoardError(
            "\(VisibleText.of(path)) cannot be written: \(reason(error))", isLackOfRoom: DiskRoom.isLacking(error))
    }

    private static func reason(_ error: any Error) -> String {
        (error as? FileAccessError)?.reason ?? error.localizedDescription
    }
}
