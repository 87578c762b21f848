import CTorch

/// Owns one reference to a process group of c10d.
///
/// Whoever uses the pointer keeps the handle. The last reference closes the connections, which waits for operations
/// that still run.
final class GroupHandle: @unchecked Sendable {
    // The pointer never changes, and c10d's groups lock what they do.
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        ct_process_group_release(pointer)
    }
}

/// Owns one reference to an operation of c10d, and keeps its group.
final class WorkHandle: @unchecked Sendable {
    // The pointer never changes, and c10d's works lock what they do.
    let pointer: OpaquePointer
    private let group: GroupHandle

    init(_ pointer: OpaquePointer, of group: GroupHandle) {
        self.pointer = pointer
        self.group = group
    }

    deinit {
        ct_work_release(pointer)
    }
}
