import Foundation

/// Addresses, as this machine knows them.
enum LocalAddress {
    /// Whether this machine knows an address of a host.
    static func isKnown(_ host: String) -> Bool {
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, nil, &list) == 0 else { return false }
        freeaddrinfo(list)
        return true
    }

    /// The address that a connection to another machine would come from: the network that leads there is the one to
    /// use.
    ///
    /// - Parameter host: the name or address of a machine that all reach; it may be this one.
    /// - Returns: an address in numbers; `nil` if there is no way there, or if it is the loopback, which others cannot
    ///   use.
    static func towards(_ host: String) -> String? {
        var hints = addrinfo()
        #if canImport(Darwin)
            hints.ai_socktype = SOCK_DGRAM
        #else
            hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        // A datagram socket sends nothing when it connects, so the port does not matter.
        guard getaddrinfo(host, "9", &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var next = list
        while let info = next {
            if let address = source(to: info.pointee), !isLoopback(address) { return address }
            next = info.pointee.ai_next
        }
        return nil
    }

    private static func source(to destination: addrinfo) -> String? {
        let descriptor = socket(destination.ai_family, destination.ai_socktype, destination.ai_protocol)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout.size(ofValue: storage))
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let found = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(descriptor, destination.ai_addr, destination.ai_addrlen) == 0
                    && getsockname(descriptor, address, &length) == 0
                    && getnameinfo(address, length, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0
            }
        }
        return found ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    private static func isLoopback(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1"
    }
}
