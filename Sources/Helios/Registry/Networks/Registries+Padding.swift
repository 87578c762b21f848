extension OptionReader {
    /// A number for all edges, or a list with one for each.
    fileprivate func edges(_ name: String, _ count: Int) throws -> [Int] {
        try value(name, as: OneOrMore<Int>.self).values(count: count)
    }
}

extension Registry where Subject == Void, Product == Module {
    func addPaddingLayers() {
        add("ZeroPad1d") { try ZeroPad1d($0.edges("padding", 2)) }
        add("ZeroPad2d") { try ZeroPad2d($0.edges("padding", 4)) }
        add("ZeroPad3d") { try ZeroPad3d($0.edges("padding", 6)) }
        add("ConstantPad1d") { try ConstantPad1d($0.edges("padding", 2), value: $0.double("value")) }
        add("ConstantPad2d") { try ConstantPad2d($0.edges("padding", 4), value: $0.double("value")) }
        add("ConstantPad3d") { try ConstantPad3d($0.edges("padding", 6), value: $0.double("value")) }
        add("ReflectionPad1d") { try ReflectionPad1d($0.edges("padding", 2)) }
        add("ReflectionPad2d") { try ReflectionPad2d($0.edges("padding", 4)) }
        add("ReflectionPad3d") { try ReflectionPad3d($0.edges("padding", 6)) }
        add("ReplicationPad1d") { try ReplicationPad1d($0.edges("padding", 2)) }
        add("ReplicationPad2d") { try ReplicationPad2d($0.edges("padding", 4)) }
        add("ReplicationPad3d") { try ReplicationPad3d($0.edges("padding", 6)) }
        add("CircularPad1d") { try CircularPad1d($0.edges("padding", 2)) }
        add("CircularPad2d") { try CircularPad2d($0.edges("padding", 4)) }
        add("CircularPad3d") { try CircularPad3d($0.edges("padding", 6)) }
    }
}
