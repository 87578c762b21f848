extension Registry where Subject == Void, Product == Module {
    func addDropouts() {
        add("Dropout") { try Dropout(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false)) }
        add("Dropout1d") { try Dropout1d(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false)) }
        add("Dropout2d") { try Dropout2d(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false)) }
        add("Dropout3d") { try Dropout3d(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false)) }
        add("AlphaDropout") { try AlphaDropout(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false)) }
        add("FeatureAlphaDropout") {
            try FeatureAlphaDropout(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false))
        }
    }
}
