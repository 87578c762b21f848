extension Registry where Subject == Void, Product == Module {
    func addContainers() {
        add("Sequential") {
            Sequential(try $0.parts("layers", from: Registries.networks, as: (any Layer).self))
        }
        add("ModuleList") { ModuleList<Module>(try $0.parts("modules", from: Registries.networks, as: Module.self)) }
        add("ModuleDict") {
            ModuleDict<Module>(try $0.namedParts("modules", from: Registries.networks, as: Module.self))
        }
    }
}
