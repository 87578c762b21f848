import Helios

/// What an object is made of, line by line, for comparing two that should be alike: every stored property, however
/// deep, tensors by shape, type and sum. Functions are all the same.
func traits(of object: Any) -> [String] {
    var lines: [String] = []
    var visited: Set<ObjectIdentifier> = []
    collect(object, "", &lines, &visited)
    return lines
}

private func collect(_ value: Any, _ path: String, _ lines: inout [String], _ visited: inout Set<ObjectIdentifier>) {
    if let tensor = value as? Tensor {
        let sum = (try? tensor.detach().to(.float64).sum().item(Double.self)) ?? .nan
        lines.append("\(path): \(tensor.dtype)\(tensor.shape) \(tensor.requiresGrad) \(sum)")
        return
    }
    let mirror = Mirror(reflecting: value)
    // An address is another one for each object.
    if value is OpaquePointer || value is ObjectIdentifier || "\(mirror.subjectType)".contains("Pointer") { return }
    if mirror.displayStyle == .class {
        guard visited.insert(ObjectIdentifier(value as AnyObject)).inserted else { return }
    }
    var children = Array(mirror.children)
    var superclass = mirror.superclassMirror
    while let parent = superclass {
        children += Array(parent.children)
        superclass = parent.superclassMirror
    }
    switch mirror.displayStyle {
    case .dictionary, .set:
        // These have no order that both would share.
        let members = children.map { child in
            var lines: [String] = []
            collect(child.value, path, &lines, &visited)
            return lines
        }
        lines += members.sorted { $0.joined() < $1.joined() }.flatMap(\.self)
    case nil where children.isEmpty, .enum where children.isEmpty:
        lines.append("\(path): \(value)")
    default:
        lines.append("\(path): \(mirror.subjectType)")
        for (position, child) in children.enumerated() {
            collect(child.value, "\(path).\(child.label ?? "\(position)")", &lines, &visited)
        }
    }
}
