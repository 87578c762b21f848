import Foundation

/// An error of a log that may have come from a disk without room, which must not end a training.
package protocol DiskRoomError: Error {
    /// Whether the disk, or what the user may write of it, is full.
    var isLackOfRoom: Bool { get }
}

/// Tells a full disk from other reasons why a log cannot be written.
package enum DiskRoom {
    /// Whether one of the system's codes says that a disk is full, a quota is used up, or a file may not become larger.
    package static func isLacking(_ code: Int32) -> Bool {
        [ENOSPC, EDQUOT, EFBIG].contains(code)
    }

    /// Whether an error of this project or of Foundation says so.
    package static func isLacking(_ error: any Error) -> Bool {
        if let error = error as? any DiskRoomError { return error.isLackOfRoom }
        if let error = error as? FileAccessError { return isLacking(error.code) }
        let error = error as NSError
        switch error.domain {
        case NSPOSIXErrorDomain: return isLacking(Int32(truncatingIfNeeded: error.code))
        case NSCocoaErrorDomain where error.code == CocoaError.fileWriteOutOfSpace.rawValue: return true
        default: return (error.userInfo[NSUnderlyingErrorKey] as? any Error).map { isLacking($0) } ?? false
        }
    }
}
